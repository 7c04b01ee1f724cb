"""Appearing in court (出庭应诉): who counts as a head, and how often a head appeared.

The Supreme People's Court's 《关于行政机关负责人出庭应诉若干问题的规定》（法释〔2020〕3号）:
heads (负责人) are the chief, the deputies and others in charge of a field.
行政机关负责人在同一审级到庭参加一次庭审的，一般可以认定已履行出庭应诉义务: one appearance is
enough for an instance, later hearings of the same instance ask for none. Whoever is sued in its
own name sends its own head.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# The delivered kind of record and its fields that these rules read.
KIND = "court_appearance"
CASE, INSTANCE, HEAD_PRESENT, SUED = "case", "instance", "head", "sued"
OWN_NAME = "以本单位名义"
IN_CHARGE = "in_charge"


@dataclass(frozen=True, slots=True)
class Appearance:
    """One hearing: of which case, in which instance, on which day, and whether a head was there."""

    place: int
    case: str
    instance: str
    on: date
    head_present: bool


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance of one case with the days of its hearings."""

    place: int
    case: str
    instance: str
    days: tuple[date, ...]
    head_on: date | None

    @property
    def head_appeared(self) -> bool:
        return self.head_on is not None


def number_of(case: str) -> str:
    """A case number as it is compared: without blanks, brackets of one kind."""
    return "".join(case.split()).translate(str.maketrans("（）[]【】〔〕()", "()()()()()")).upper()


def instances_of(appearances: Iterable[Appearance]) -> list[Instance]:
    """The hearings by case and instance, in the order of their first hearings.

    Two hearings of the same instance are one instance; one appearance of a head is enough for it.
    """
    found: dict[tuple[int, str, str], list[Appearance]] = {}
    for each in sorted(appearances, key=lambda a: (a.on, a.place, a.case)):
        found.setdefault((each.place, number_of(each.case), each.instance), []).append(each)
    return [
        Instance(
            place,
            hearings[0].case.strip(),
            instance,
            tuple(h.on for h in hearings),
            next((h.on for h in hearings if h.head_present), None),
        )
        for (place, _case, instance), hearings in found.items()
    ]


@dataclass(frozen=True, slots=True)
class Attendance:
    """In how many instances a head appeared, out of how many were heard."""

    appeared: int
    heard: int


def attendance(appearances: Iterable[Appearance]) -> Attendance:
    """The head's attendance counted by instance, not by hearing; nothing heard is no share."""
    found = instances_of(appearances)
    return Attendance(sum(each.head_appeared for each in found), len(found))


@dataclass(frozen=True, slots=True)
class PostFacts:
    """A post that the person who appeared held on that day in the unit that was sued."""

    code: str
    heads_unit: bool
    is_capacity: bool


def is_head(posts: Iterable[PostFacts], *, of_bureau: bool) -> bool:
    """Whether one of the posts makes a head (负责人) of the body sued.

    Of a bureau: the chief and the deputies, that is every post held at the bureau itself, and the
    leader in charge. Of a station or squad that is sued in its own name: who heads it.
    """
    return any(
        post.heads_unit or (of_bureau and (not post.is_capacity or post.code == IN_CHARGE))
        for post in posts
    )


class CourtRemark(StrEnum):
    """What is remarked on at a court appearance; it is recorded all the same."""

    NO_HEAD_POST = "no_head_post"
    NOBODY_NAMED = "nobody_named"
    OWN_HEAD_ABSENT = "own_head_absent"


def remark_on(
    *,
    head_present: bool,
    has_person: bool,
    posts: Iterable[PostFacts],
    own_name: bool,
    of_bureau: bool,
    head_earlier: bool = False,
) -> CourtRemark | None:
    """What does not fit: a head is said to be there who holds no such post, or is not named; a
    unit sued in its own name (``own_name``) was heard without its head, who had not appeared in
    this instance before (``head_earlier``)."""
    if head_present and not has_person:
        return CourtRemark.NOBODY_NAMED
    if head_present and not is_head(posts, of_bureau=of_bureau):
        return CourtRemark.NO_HEAD_POST
    if not head_present and own_name and not head_earlier:
        return CourtRemark.OWN_HEAD_ABSENT
    return None
