"""The annual report: its states, the roles of its sections, and drift after it was frozen."""

import re
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any


class ReportState(StrEnum):
    """How far a report has come; a signed one is frozen. ``published``: a text taken over."""

    DRAFT = "draft"
    COUNTERSIGN = "countersign"
    REVIEW = "review"
    COMMITTEE = "committee"
    SIGNED = "signed"
    PUBLISHED = "published"


class ReportKind(StrEnum):
    """The annual report, or the same draft for another span of days and another reader."""

    ANNUAL = "annual"
    SPAN = "span"


class PublicState(StrEnum):
    """How far the published form (公开稿) has come."""

    DRAFT = "draft"
    SELF_CHECKED = "self_checked"
    SECOND_CHECKED = "second_checked"
    APPROVED = "approved"
    PUBLISHED = "published"


class Numbering(StrEnum):
    """How the paragraphs of a section are numbered."""

    CHAPTERS = "chapters"  # 一、（一）1.（1）
    ORDINALS = "ordinals"  # 一是…二是…
    PLAIN = "plain"


class WordingKind(StrEnum):
    """What an entry of the wording list is about."""

    FORMULA = "formula"
    TITLE = "title"
    OUTDATED = "outdated"
    TYPO = "typo"
    PLACEHOLDER = "placeholder"


class OwnFinding(StrEnum):
    """What a bureau finds of itself, item by item of an assessment."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_ASKED = "not_asked"


class SectionRole(StrEnum):
    """What a section of the report is for."""

    ACHIEVEMENTS = "achievements"
    PROBLEMS = "problems"
    FIRST_PERSON = "first_person"
    NEXT_YEAR = "next_year"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Drift:
    """A figure that reads differently now than when it was frozen; None: not there."""

    key: Any
    frozen: Any
    now: Any


def drift(frozen: Mapping[Any, Any], now: Mapping[Any, Any]) -> list[Drift]:
    """Every figure that changed since the signing, came or went, in the frozen order first."""
    keys: list[Hashable] = [*frozen, *(key for key in now if key not in frozen)]
    return [
        Drift(key, frozen.get(key), now.get(key))
        for key in keys
        if (key in frozen) != (key in now) or frozen.get(key) != now.get(key)
    ]


# --- figures within the text ---------------------------------------------------------------------

TOKEN = re.compile(r"\{\{([a-z_]+(?::[A-Za-z0-9_-]+)*)\}\}")
# What the editor shows instead: the number and its name, 【43｜法制通报会·按期召开】.
MARK = re.compile(r"【([^【】｜]*)｜([^【】｜]*)】")


def token(key: str) -> str:
    """The place of a figure in a stored sentence."""
    return f"{{{{{key}}}}}"


def tokens_of(text: str) -> list[str]:
    """The keys of the figures in a stored text, in order."""
    return TOKEN.findall(text)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence: plain text, or a figure by its key."""

    text: str
    key: str = ""


def pieces_of(text: str) -> list[Piece]:
    """A stored sentence as text and figures by turns, without empty parts."""
    parts = TOKEN.split(text)
    found = [Piece("", part) if at % 2 else Piece(part) for at, part in enumerate(parts)]
    return [piece for piece in found if piece.text or piece.key]


def to_editor(text: str, labels: Mapping[str, str], values: Mapping[str, int]) -> str:
    """The text as it is edited: each figure as its number and its name."""

    def mark(found: re.Match[str]) -> str:
        key = found.group(1)
        return f"【{values.get(key, '')}｜{labels.get(key, key)}】"

    return TOKEN.sub(mark, text)


class AgainstText(StrEnum):
    """Why an edited text is refused."""

    UNKNOWN_FIGURE = "unknown_figure"
    CHANGED_FIGURE = "changed_figure"
    RAW_TOKEN = "raw_token"  # nosec B105 # a word, no password


@dataclass(frozen=True, slots=True)
class TextRefusal:
    """A figure in an edited text that is not one of the records."""

    code: AgainstText
    mark: str
    value: str = ""


def from_editor(
    text: str,
    labels: Mapping[str, str],
    values: Mapping[str, int],
    shown: Collection[tuple[str, str]] = (),
) -> tuple[str, list[TextRefusal]]:
    """The edited text with figures by their keys again, and what is refused.

    ``labels`` and ``values`` are by key. A mark must name a known figure with the number it has
    now, or the one it had when the form was ``shown``: the editor words the text, never figures.
    """
    keys = {label: key for key, label in labels.items()} | {key: key for key in labels}
    refusals = [TextRefusal(AgainstText.RAW_TOKEN, raw) for raw in _RAW.findall(text)]

    def stored(found: re.Match[str]) -> str:
        value, label = found.group(1).strip(), found.group(2).strip()
        key = keys.get(label)
        if key is None:
            refusals.append(TextRefusal(AgainstText.UNKNOWN_FIGURE, found.group(0)))
            return found.group(0)
        now = str(values.get(key, ""))
        if value != now and (value, label) not in shown:
            refusals.append(TextRefusal(AgainstText.CHANGED_FIGURE, found.group(0), now))
        return token(key)

    return MARK.sub(stored, text), refusals


_RAW = re.compile(r"\{\{[^{}]*\}\}|\{\{|\}\}")


def marks_in(text: str) -> set[tuple[str, str]]:
    """The number and the name of every figure shown in an edited text."""
    return {(value.strip(), label.strip()) for value, label in MARK.findall(text)}


_END = re.compile(r"(?<=[。！？!?])(?![”’」』）)。！？!?])")
ALIKE = 0.55


def sentences_in(text: str) -> list[str]:
    """The sentences of a paragraph; a line break ends one too."""
    lines = (line.strip(" \t\u3000") for line in text.splitlines())
    return [part.strip() for line in lines for part in _END.split(line) if part.strip()]


def match_sentences(old: Sequence[tuple[int, str]], text: str) -> list[tuple[int | None, str]]:
    """The sentences of an edited paragraph, each with the stored one it comes from, if any.

    A stored sentence that still stands word for word stays whole, also where it holds several full
    stops; of the rest one that is much alike is taken for an edited one and keeps its sources.
    """
    cut = _cut(text, list(old))
    left = {key: words for key, words in old if key not in {found for found, _words in cut}}
    matched: list[tuple[int | None, str]] = []
    for found, words in cut:
        origin = found if found is not None else _alike(words, left)
        if origin is not None:
            left.pop(origin, None)
        matched.append((origin, words))
    return matched


def _cut(text: str, known: list[tuple[int, str]]) -> list[tuple[int | None, str]]:
    for each in sorted(known, key=lambda row: -len(row[1])):
        key, words = each
        if words and words in text:
            before, after = text.split(words, 1)
            rest = [row for row in known if row[0] != key]
            head = _cut(before, rest)
            used = {found for found, _words in head}
            tail = _cut(after, [row for row in rest if row[0] not in used])
            return [*head, (key, words), *tail]
    return [(None, sentence) for sentence in sentences_in(text)]


def _alike(words: str, left: Mapping[int, str]) -> int | None:
    best, score = None, ALIKE
    for key, other in left.items():
        ratio = SequenceMatcher(None, words, other, autojunk=False).ratio()
        if ratio >= score:
            best, score = key, ratio
    return best


# --- the day of the figures ---------------------------------------------------------------------


def figures_day(year: int, today: date, chosen: date | None = None) -> date:
    """The day the figures are of: as chosen, else the last of the year, or today if earlier."""
    return min(chosen or date(year, 12, 31), today)
