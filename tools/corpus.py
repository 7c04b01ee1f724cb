"""How well the reader reads: precision and recall per kind over texts with expected answers.

    python -m tools.corpus [FOLDER]     FOLDER: FAZHI_CORPUS, or else tests/corpus

A text ``name.txt`` (or .docx, .html) has its answers in ``name.json``, in the form that
``import_report`` prints, or a part of it: only kinds that are there are scored, only the keys that
an answer has are compared, and a first person is found by its ``text`` or its places. Titles and
sentences count as the same where one begins with the other; numerals are compared without brackets.
Answers with ``items`` are those of ``import_rectification``.
"""

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")

import django  # noqa: E402
from django.apps import apps  # noqa: E402

if not apps.ready:
    django.setup()

from reports.exchange.published_reports import notice_of_file, report_of_file  # noqa: E402

# What makes an entry the same entry.
KEYS = {
    "sections": ("number", "heading", "role"),
    "schedules": ("period", "every", "min", "max", "bound", "months"),
    "quotas": ("amount", "of", "period"),
    "due_dates": ("rule",),
    "posts": ("post", "person"),
    "problems": ("number", "title"),
    "measures": ("number", "title", "responsible", "due"),
    "figures": ("value", "value2", "counter"),
    "honours": ("text",),
    "items": ("number", "level", "title", "unit", "leader", "due", "state"),
}
TOTALS = ("stated_totals", "found_totals")
KINDS = ("recognised", "metadata", "first_person", *KEYS, "causes", "totals")
LONG = {"heading", "title", "text"}


@dataclass(slots=True)
class Score:
    """Entries expected, entries found, and how many of both are the same."""

    expected: int = 0
    found: int = 0
    same: int = 0

    @property
    def precision(self) -> float:
        return self.same / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.same / self.expected if self.expected else 1.0


def scores_of(folder: Path) -> tuple[dict[str, Score], list[str]]:
    """The score of every kind over a folder, and a line for each entry missed or invented."""
    scores: dict[str, Score] = defaultdict(Score)
    remarks: list[str] = []
    for answers in sorted(folder.glob("*.json")):
        text = next((each for each in _texts(answers) if each.exists()), None)
        if text is None:
            continue
        expected = json.loads(answers.read_text(encoding="utf-8"))
        expected = expected[0] if isinstance(expected, list) else expected
        read = notice_of_file if "items" in expected else report_of_file
        found, _ = read(text, with_text=True)
        for line in _compare(scores, expected, found):
            remarks.append(f"{text.name}: {line}")
    return dict(scores), remarks


def _texts(answers: Path) -> Iterable[Path]:
    return (answers.with_suffix(ending) for ending in (".txt", ".docx", ".html", ".htm"))


def _compare(
    scores: dict[str, Score], expected: Mapping[str, Any], found: Mapping[str, Any]
) -> list[str]:
    remarks = []
    source = found["source_text"] or ""
    if "recognised" in expected:
        same = expected["recognised"] == found["recognised"]
        _add(scores["recognised"], 1, 1, same)
        if not same:
            remarks.append(f"recognised: {found['reason']}")
    for field, value in (expected.get("metadata") or {}).items():
        same = found["metadata"][field] == value
        _add(scores["metadata"], 1, 1, same)
        if not same:
            remarks.append(f"metadata {field}: {found['metadata'][field]!r}, not {value!r}")
    if "first_person" in expected:
        same = _same_place(expected["first_person"], found["first_person"], source)
        wanted, got = bool(expected["first_person"]), bool(found["first_person"])
        _add(scores["first_person"], wanted, got, same and wanted)
        if not same:
            remarks.append(f"first_person: {_quote(found['first_person'], source)!r}")
    for kind in KEYS:
        if kind in expected:
            remarks += _entries(scores, kind, expected[kind], found[kind])
    for kind in TOTALS:
        for name, number in expected.get(kind, {}).items():
            same = found[kind][name] == number
            _add(scores["totals"], 1, 1, same)
            if not same:
                remarks.append(f"{kind} {name}: {found[kind][name]}, not {number}")
    return remarks


def _entries(
    scores: dict[str, Score], kind: str, expected: list[Any], found: list[Any]
) -> list[str]:
    left = list(found)
    missed = []
    for entry in expected:
        match = next((each for each in left if _same(kind, entry, each)), None)
        if match is None:
            missed.append(entry)
            continue
        left.remove(match)
        if entry.get("causes") is not None:
            same = sum(
                any(_alike(cause, each) for each in match["causes"]) for cause in entry["causes"]
            )
            _add(scores["causes"], len(entry["causes"]), len(match["causes"]), same)
    _add(scores[kind], len(expected), len(found), len(expected) - len(missed))
    return [f"{kind} missed: {entry}" for entry in missed] + [
        f"{kind} invented: { ({key: each[key] for key in KEYS[kind]}) }" for each in left
    ]


def _add(score: Score, expected: int, found: int, same: int) -> None:
    score.expected += expected
    score.found += found
    score.same += same


def _same(kind: str, entry: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    for key in KEYS[kind]:
        if key not in entry:
            continue
        left, right = entry[key], found[key]
        if key in LONG:
            if not _alike(left or "", right or ""):
                return False
        elif key == "number":
            if re.sub(r"[^\w.]", "", left or "") != re.sub(r"[^\w.]", "", right or ""):
                return False
        elif left != right:
            return False
    return True


def _alike(left: str, right: str) -> bool:
    left, right = (re.sub(r"[\W_]", "", each) for each in (left, right))
    if not left or not right:
        return left == right
    return left.startswith(right) or right.startswith(left)


def _same_place(entry: Any, found: Any, source: str) -> bool:
    if not entry or not found:
        return bool(entry) == bool(found)
    if "text" in entry:
        return _alike(entry["text"], _quote(found, source))
    common = min(entry["end"], found["end"]) - max(entry["start"], found["start"])
    whole = max(entry["end"], found["end"]) - min(entry["start"], found["start"])
    return common * 2 >= whole


def _quote(place: Any, source: str) -> str:
    return source[place["start"] : place["end"]] if place else ""


def main() -> None:
    named = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("FAZHI_CORPUS", "")
    folder = Path(named) if named else ROOT / "tests/corpus"
    scores, remarks = scores_of(folder)
    for line in remarks:
        print(line)
    print(f"{'kind':<14}{'precision':>10}{'recall':>9}{'expected':>10}{'found':>7}")
    for kind in KINDS:
        if kind in scores:
            score = scores[kind]
            print(
                f"{kind:<14}{score.precision:>10.1%}{score.recall:>9.1%}"
                f"{score.expected:>10}{score.found:>7}"
            )


if __name__ == "__main__":
    main()
