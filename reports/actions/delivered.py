"""The words a ledger is delivered with; staff may add and rename them later."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from reports.models import CertificateKind, Post, UnitKind
from reports.models.choices import CertificateGroup

POLICE_LEVELS = ("police_basic", "police_middle", "police_high")
NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class PostWords:
    """A delivered post: its code and name, where it exists, and what is asked of its holder."""

    code: str
    name: str
    kinds: tuple[str, ...]
    is_capacity: bool = False
    single_holder: bool = True
    must_be_filled: bool = False
    heads_unit: bool = False
    is_full_time: bool = False
    reviews_decisions: bool = False
    qualifications: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()


def delivered_posts() -> list[PostWords]:
    """The posts and capacities most bureaus have, in the order they are listed."""
    below = ("department", "squad", "station")
    reviewing = (
        _("审核本单位办理的案件，提出审核意见"),
        _("监督执法办案场所、涉案财物、案卷和接处警工作"),
        _("组织本单位法律学习和案件讲评"),
        _("登记本单位执法问题，督促整改"),
    )
    return [
        PostWords("bureau_head", _("局长"), ("city", "bureau"), heads_unit=True),
        PostWords("commissar", _("政委"), ("city", "bureau")),
        PostWords("deputy_head", _("副局长"), ("city", "bureau"), single_holder=False),
        PostWords(
            "first_person", _("第一责任人"), ("bureau",), is_capacity=True, must_be_filled=True
        ),
        PostWords("in_charge", _("分管领导"), ("bureau",), is_capacity=True, must_be_filled=True),
        PostWords("squad_head", _("大队长"), ("squad",), must_be_filled=True, heads_unit=True),
        PostWords("director", _("主任"), ("department",), must_be_filled=True, heads_unit=True),
        PostWords("station_head", _("所长"), ("station",), must_be_filled=True, heads_unit=True),
        PostWords("instructor", _("教导员"), ("squad", "station")),
        PostWords(
            "full_reviewer",
            _("专职法制员"),
            below,
            is_capacity=True,
            single_holder=False,
            is_full_time=True,
            qualifications=(*POLICE_LEVELS[1:], NATIONAL),
            duties=reviewing,
        ),
        PostWords(
            "part_reviewer",
            _("兼职法制员"),
            below,
            is_capacity=True,
            single_holder=False,
            qualifications=(*POLICE_LEVELS, NATIONAL),
            duties=reviewing,
        ),
        PostWords("office_clerk", _("内勤"), below, single_holder=False),
        PostWords(
            "legal_officer",
            _("法制民警"),
            ("squad",),
            single_holder=False,
            reviews_decisions=True,
            qualifications=(*POLICE_LEVELS[1:], NATIONAL),
        ),
        PostWords("chair", _("负责人（书记、组长、主任）"), ("committee",), is_capacity=True),
        PostWords("member", _("成员"), ("committee",), is_capacity=True, single_holder=False),
        PostWords("counsel", _("法律顾问"), ("bureau",), is_capacity=True, single_holder=False),
        PostWords(
            "public_lawyer",
            _("公职律师"),
            ("bureau", "squad"),
            is_capacity=True,
            single_holder=False,
            qualifications=(NATIONAL,),
        ),
    ]


def lay_posts(*, at: datetime, more: dict[str, tuple[str, ...]] | None = None) -> None:
    """Kinds of certificates, and the posts with what qualifies for them; what is there stays.

    ``more`` gives codes of further unit kinds in which posts exist, by the code of a kind that
    has the same posts.
    """
    groups = CertificateGroup
    kinds = [
        ("enforcement", _("行政执法证"), groups.ENFORCEMENT, True),
        (POLICE_LEVELS[0], _("基本级执法资格"), groups.POLICE_LEVEL, False),
        (POLICE_LEVELS[1], _("中级执法资格"), groups.POLICE_LEVEL, False),
        (POLICE_LEVELS[2], _("高级执法资格"), groups.POLICE_LEVEL, False),
        (NATIONAL, _("国家统一法律职业资格"), groups.NATIONAL, False),
    ]
    CertificateKind.objects.bulk_create(
        (
            CertificateKind(
                code=code, name=name, group=group.value, expires=expires, position=number * 10
            )
            for number, (code, name, group, expires) in enumerate(kinds, start=1)
        ),
        ignore_conflicts=True,
    )
    certificates = {kind.code: kind for kind in CertificateKind.objects.all()}
    units = {kind.code: kind for kind in UnitKind.objects.all()}
    alike = more or {}
    there = set(Post.objects.values_list("code", flat=True))
    for position, words in enumerate(delivered_posts(), start=1):
        if words.code in there:
            continue
        post = Post(
            code=words.code,
            name=words.name,
            is_capacity=words.is_capacity,
            single_holder=words.single_holder,
            must_be_filled=words.must_be_filled,
            heads_unit=words.heads_unit,
            is_full_time=words.is_full_time,
            reviews_decisions=words.reviews_decisions,
            duties="\n".join(words.duties),
            position=position * 10,
        )
        post._history_date = at
        post.save()
        codes = [code for kind in words.kinds for code in (kind, *alike.get(kind, ()))]
        post.kinds.set(units[code] for code in codes if code in units)
        post.qualifications.set(certificates[code] for code in words.qualifications)
