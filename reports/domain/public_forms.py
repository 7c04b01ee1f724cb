"""The published form (公开稿) of a signed report: its way from the first check to the public.

A second text beside the signed one. Three people look at it (自查、复核、批准), as the form of the
secrecy check before publishing (信息公开保密审查) has it; the approval freezes it.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from reports.domain.official_text import (
    RawParagraph,
    RawSection,
    Said,
    Section,
    lay_out,
    own_number,
)
from reports.domain.summaries import Numbering, PublicState, ReportKind, ReportState

# The step that leads on from each state; the last one is the publication.
NEXT: Mapping[PublicState, PublicState] = {
    PublicState.DRAFT: PublicState.SELF_CHECKED,
    PublicState.SELF_CHECKED: PublicState.SECOND_CHECKED,
    PublicState.SECOND_CHECKED: PublicState.APPROVED,
    PublicState.APPROVED: PublicState.PUBLISHED,
}
CHECKS = (PublicState.SELF_CHECKED, PublicState.SECOND_CHECKED, PublicState.APPROVED)
FROZEN = frozenset({PublicState.APPROVED, PublicState.PUBLISHED})
# What goes back goes back to its beginning: another text wants the whole check again.
MAY_GO_BACK = frozenset({PublicState.SELF_CHECKED, PublicState.SECOND_CHECKED})
# Year reports are published by this day of the following year (法治政府建设年度报告).
LAST_MONTH, LAST_DAY = 4, 1


class AgainstPublic(StrEnum):
    """Why something cannot be done with a published form."""

    NOT_SIGNED = "not_signed"
    TAKEN_OVER = "taken_over"
    NOT_ANNUAL = "not_annual"
    NOT_CURRENT = "not_current"
    THERE_ALREADY = "there_already"
    OTHER_STATE = "other_state"
    FROZEN = "frozen"
    BEING_CHECKED = "being_checked"
    IN_FUTURE = "in_future"
    BEFORE_SIGNING = "before_signing"
    BEFORE_LAST_STEP = "before_last_step"
    SAME_PERSON = "same_person"
    NOT_IN_CHARGE = "not_in_charge"
    NOT_OF_BUREAU = "not_of_bureau"
    NO_OPINION = "no_opinion"
    NO_REASON = "no_reason"
    UNSETTLED = "unsettled"
    NOTHING_LEFT = "nothing_left"
    NOWHERE = "nowhere"
    BEFORE_APPROVAL = "before_approval"
    NOT_THERE = "not_there"
    SAME_TEXT = "same_text"
    HAS_TOKEN = "has_token"  # nosec B105 # a word, no password


def reasons_against_beginning(
    state: ReportState, kind: ReportKind, *, is_current: bool, there: bool
) -> list[AgainstPublic]:
    """Why no published form can be begun: only of a signed annual report as it stands, once."""
    checks = {
        AgainstPublic.THERE_ALREADY: there,
        AgainstPublic.TAKEN_OVER: state == ReportState.PUBLISHED,
        AgainstPublic.NOT_ANNUAL: kind != ReportKind.ANNUAL,
        AgainstPublic.NOT_SIGNED: state != ReportState.SIGNED,
        AgainstPublic.NOT_CURRENT: not is_current,
    }
    return [reason for reason, holds in checks.items() if holds][:1]


def reasons_against_changing(state: PublicState, *, is_current: bool) -> list[AgainstPublic]:
    """Why no passage can be taken out: what was checked is what will be published."""
    if state in FROZEN:
        return [AgainstPublic.FROZEN]
    if state != PublicState.DRAFT:
        return [AgainstPublic.BEING_CHECKED]
    return [] if is_current else [AgainstPublic.NOT_CURRENT]


@dataclass(frozen=True, slots=True)
class Checker:
    """Who made a step: the person, and the login that entered it."""

    person: int | None
    user: int | None = None
    from_paper: bool = False


def same_one(one: Checker, other: Checker) -> bool:
    """Whether two steps are of one person; a signed sheet is entered by somebody else's login."""
    if one.person is not None and one.person == other.person:
        return True
    if one.from_paper or other.from_paper:
        return False
    return one.user is not None and one.user == other.user


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What is known when a step is made; ``before`` are the checks made so far."""

    state: PublicState
    to_state: PublicState
    on: date
    today: date
    signed_on: date
    is_current: bool
    opinion: str
    by: Checker
    before: Sequence[tuple[Checker, date]] = ()
    # Of the approval: whether the person leads the bureau in this on that day.
    in_charge: bool = True
    # Of a step recorded from the sheet: whether the person belongs to the bureau.
    of_bureau: bool = True
    unsettled: int = 0
    has_text: bool = True


def reasons_against_step(facts: StepFacts) -> list[AgainstPublic]:
    """Why a check cannot be recorded; empty when it can.

    Self-check, second check and approval follow on each other and are three people's; nothing is
    approved while a finding of the secrecy check was neither taken out nor marked as seen.
    """
    if facts.to_state not in CHECKS or NEXT.get(facts.state) != facts.to_state:
        return [AgainstPublic.OTHER_STATE]
    approves = facts.to_state == PublicState.APPROVED
    checks = {
        AgainstPublic.NOT_CURRENT: not facts.is_current,
        AgainstPublic.IN_FUTURE: facts.on > facts.today,
        AgainstPublic.BEFORE_SIGNING: facts.on < facts.signed_on,
        AgainstPublic.BEFORE_LAST_STEP: any(facts.on < day for _one, day in facts.before),
        AgainstPublic.SAME_PERSON: any(same_one(facts.by, one) for one, _day in facts.before),
        AgainstPublic.NOT_OF_BUREAU: not facts.of_bureau,
        AgainstPublic.NOT_IN_CHARGE: approves and not facts.in_charge,
        AgainstPublic.NO_OPINION: not facts.opinion.strip(),
        AgainstPublic.NOTHING_LEFT: not facts.has_text,
        AgainstPublic.UNSETTLED: approves and facts.unsettled > 0,
    }
    return [reason for reason, holds in checks.items() if holds]


def reasons_against_going_back(state: PublicState, reason: str) -> list[AgainstPublic]:
    """Why a text cannot go back: only between the first check and the approval, with a reason."""
    if state in FROZEN:
        return [AgainstPublic.FROZEN]
    if state not in MAY_GO_BACK:
        return [AgainstPublic.OTHER_STATE]
    return [] if reason.strip() else [AgainstPublic.NO_REASON]


def reasons_against_publishing(
    state: PublicState,
    *,
    on: date,
    today: date,
    approved_on: date | None,
    address: str,
    index_number: str,
) -> list[AgainstPublic]:
    """Why the publication cannot be recorded: approved, on a day that has come, to be found.

    What was recorded of a publication may be corrected.
    """
    if state not in FROZEN:
        return [AgainstPublic.OTHER_STATE]
    checks = {
        AgainstPublic.IN_FUTURE: on > today,
        AgainstPublic.BEFORE_APPROVAL: approved_on is not None and on < approved_on,
        AgainstPublic.NOWHERE: not address.strip() and not index_number.strip(),
    }
    return [reason for reason, holds in checks.items() if holds]


def publish_by(year: int) -> date:
    """The last day for publishing the report of a year: 1 April of the next."""
    return date(year + 1, LAST_MONTH, LAST_DAY)


def is_late(year: int, day: date, limit: date | None = None) -> bool:
    """Whether a day is after the last one for publishing; a notice may name another limit."""
    return day > (limit or publish_by(year))


# --- the text -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Uttered:
    """A sentence of the signed text, and what is done with it in the published one."""

    key: int
    text: str
    is_out: bool = False
    instead: str = ""
    because: str = ""

    @property
    def public(self) -> str:
        """What stands in the published form."""
        return self.instead if self.is_out else self.text


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph: its heading as it is kept, and its sentences."""

    key: int
    heading: str
    sentences: tuple[Uttered, ...]

    @property
    def public(self) -> str:
        """The sentences that stand in the published form, one after the other."""
        return "".join(each.public for each in self.sentences)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section: its heading as it is kept, how its paragraphs are numbered, and they."""

    key: int
    heading: str
    blocks: tuple[Block, ...]
    numbering: Numbering = Numbering.CHAPTERS


def kept_chapters(chapters: Iterable[Chapter]) -> list[Chapter]:
    """What the published form has of the signed text: no paragraph of which nothing is left.

    Where one goes, the numbers of those behind it move up; so do those of the sections.
    """
    every = list(chapters)
    kept = []
    for chapter in every:
        blocks = tuple(block for block in chapter.blocks if block.public.strip())
        if len(blocks) < len(chapter.blocks):
            blocks = tuple(replace(block, heading=_unnumbered(block.heading)) for block in blocks)
        if blocks:
            kept.append(replace(chapter, blocks=blocks))
    if len(kept) < len(every):
        kept = [replace(chapter, heading=_unnumbered(chapter.heading)) for chapter in kept]
    return kept


def _unnumbered(heading: str) -> str:
    own = own_number(heading)
    return own[2] if own is not None else heading


def leads_of(chapters: Iterable[Chapter]) -> list[tuple[str, list[str]]]:
    """Number and heading of each section, and of each of its paragraphs, as they are printed."""
    found = []
    for section in _laid_out(chapters, lambda block: "。"):
        rows = list(section.paragraphs)
        head = rows.pop(0).lead if rows and rows[0].level == 1 else ""
        leads, lead = [], ""
        for row in rows:
            if row.level:
                lead = row.lead
                continue
            leads.append(lead or row.lead)
            lead = ""
        found.append((head, leads))
    return found


def public_text(chapters: Iterable[Chapter]) -> list[dict[str, Any]]:
    """The published form as it is kept: sections with headings and paragraphs, as they are read.

    Numbers stand in the headings, so that no later change of how things are numbered changes it.
    """
    found = []
    for section in _laid_out(kept_chapters(chapters), lambda block: block.public):
        rows = list(section.paragraphs)
        head = rows.pop(0).lead if rows and rows[0].level == 1 else ""
        paragraphs: list[dict[str, str]] = []
        heading = ""
        for row in rows:
            if row.level:
                heading = row.lead
                continue
            paragraphs.append({"heading": heading, "text": row.text})
            heading = ""
        found.append({"heading": head, "paragraphs": paragraphs})
    return found


def _laid_out(chapters: Iterable[Chapter], words: Callable[[Block], str]) -> tuple[Section, ...]:
    return lay_out(
        RawSection(
            chapter.heading,
            tuple(RawParagraph(block.heading, (Said(words(block)),)) for block in chapter.blocks),
            chapter.numbering,
        )
        for chapter in chapters
    )


def sections_of_text(text: Iterable[Mapping[str, Any]]) -> tuple[Section, ...]:
    """A kept text as the structure that print and files are made from."""
    return lay_out(
        RawSection(
            each["heading"],
            tuple(
                RawParagraph(paragraph["heading"], (Said(paragraph["text"]),))
                for paragraph in each["paragraphs"]
            ),
            Numbering.PLAIN,
        )
        for each in text
    )


def fingerprint(title: str, text: Sequence[object]) -> str:
    """The SHA-256 over title and text, whatever the order of keys in the store."""
    whole = json.dumps([title, text], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()


# --- what was found and seen --------------------------------------------------------------------

# A word on a finding is kept with what was found in front: “13800000000”：举报电话，可以公开。
LEFT, RIGHT = "“", "”："
# So much of a long finding stands for it.
SHORT = 80


def short(quoted: str) -> str:
    """What a finding is known by in a line of words."""
    return " ".join(quoted.split())[:SHORT].replace(RIGHT, "”:").strip()


def seen_words(quoted: str, word: str) -> str:
    """What was found and why it may stay, as one line."""
    return f"{LEFT}{short(quoted)}{RIGHT}{word.strip()}"


def read_seen(line: str) -> tuple[str, str]:
    """What a line of ``seen_words`` was about, and the word; of another line nothing."""
    if not line.startswith(LEFT) or RIGHT not in line:
        return "", line
    quoted, word = line[len(LEFT) :].split(RIGHT, 1)
    return quoted, word


def unsettled(found: Iterable[str], seen: Collection[str]) -> list[str]:
    """What was found and not yet marked as seen, each once, in order."""
    known = {short(each) for each in seen}
    return list(dict.fromkeys(each for each in found if short(each) not in known))
