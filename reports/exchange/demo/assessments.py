"""The demo bureau's inspection volumes: last year's, and this year's that follows it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import User

from reports.actions.assessments import (
    AssessmentDraft,
    FindingDraft,
    import_items,
    prove_item,
    record_finding,
    start_assessment,
    take_over_proofs,
)
from reports.domain.assessments import ItemRow
from reports.domain.summaries import OwnFinding
from reports.models import Assessment, AssessmentItem, ItemProof
from reports.selectors.assessments import record_rows
from reports.selectors.scope import Scope, scope_of

from .city import DEMO_BUREAU
from .stage import Stage

TITLE = "法治公安建设考核"
MET, PARTLY, NOT_ASKED = OwnFinding.MET, OwnFinding.PARTLY, OwnFinding.NOT_ASKED


@dataclass(frozen=True, slots=True)
class Row:
    """An item, and what proves it: pairs of a kind of record and words of its title."""

    number: str
    heading: str
    text: str
    points: int
    proofs: tuple[tuple[str, str], ...]
    finding: OwnFinding | None
    own: str
    basis: str


ITEMS = (
    Row(
        "1.1",
        "组织领导",
        "党委每年专题研究法治公安建设工作不少于两次，有会议记录和议定事项。",
        10,
        (("meeting", "党委"), ("schedule", "")),
        MET,
        "10",
        "党委按月专题研究法治建设，议定事项逐项交办。",
    ),
    Row(
        "1.2",
        "组织领导",
        "主要负责人履行推进法治建设第一责任人职责，重要工作亲自部署、重大问题亲自过问。",
        10,
        (("deed", ""), ("deed", "部署")),
        MET,
        "10",
        "第一责任人职责清单逐项落实，履职记录在案。",
    ),
    Row(
        "1.3",
        "组织领导",
        "领导班子成员年度述法，述法情况纳入考核。",
        5,
        (("meeting", "述法"),),
        PARTLY,
        "4",
        "主要负责人已述法，个别班子成员述法材料待补。",
    ),
    Row(
        "2.1",
        "制度建设",
        "建立健全执法监督管理委员会工作制度，定期研判执法问题。",
        8,
        (("schedule", ""), ("meeting", "执法")),
        MET,
        "8",
        "制度健全，按期召开会议研判。",
    ),
    Row(
        "2.2",
        "制度建设",
        "规范性文件和重大决策经法制部门合法性审核。",
        8,
        (("record", "审核"),),
        MET,
        "8",
        "提请审议前均经法制部门审核。",
    ),
    Row(
        "3.1",
        "执法监督",
        "对警情、案件、场所、物品、卷宗实行全要素监督，问题登记、交办、整改、销号闭环管理。",
        12,
        (("problem", ""), ("measure", ""), ("meeting", "通报")),
        MET,
        "11",
        "问题统一登记，逐项销号。",
    ),
    Row(
        "3.2",
        "执法监督",
        "上年度考核反馈问题全部整改到位。",
        8,
        (("problem", ""),),
        PARTLY,
        "6",
        "多数问题已销号，长期坚持类问题按期评估。",
    ),
    Row(
        "3.3",
        "执法监督",
        "行政负责人出庭应诉率达到百分之百。",
        6,
        (("record", "出庭"),),
        MET,
        "6",
        "应出庭的均已出庭。",
    ),
    Row(
        "4.1",
        "队伍建设",
        "专兼职法制员按规定配备，持证上岗。",
        8,
        (("evidence", ""),),
        MET,
        "8",
        "一类派出所配备专职法制员，其他单位配备兼职法制员。",
    ),
    Row(
        "4.2",
        "队伍建设",
        "执法培训和考试每年不少于两次，覆盖全体执法民警。",
        8,
        (("record", "培训"), ("meeting", "培训")),
        PARTLY,
        "7",
        "培训按计划开展，个别单位未全员覆盖。",
    ),
    Row(
        "5.1",
        "普法宣传",
        "落实“谁执法谁普法”，年度普法计划按期完成。",
        9,
        (("record", "宣传"), ("record", "普法")),
        MET,
        "9",
        "普法进社区、进校园、进企业，计划均已完成。",
    ),
    Row(
        "5.2",
        "普法宣传",
        "海事、边检窗口单位设置法治宣传专栏。",
        4,
        (),
        NOT_ASKED,
        "",
        "本局没有海事、边检窗口单位。",
    ),
)
# This year some items are still to be done.
OPEN_THIS_YEAR = frozenset({"1.3", "4.2", "5.1"})
UNPROVED_THIS_YEAR = frozenset({"1.3", "3.3"})


def keep_volumes(stage: Stage) -> None:
    """Last year's volume is complete; this year's has gaps, and last year's beside it."""
    before = _volume(stage, stage.year - 1, None)
    volume = _volume(stage, stage.year, before)
    legal, at = stage.legal_user(DEMO_BUREAU), _at(stage, stage.year)
    first = AssessmentItem.objects.get(assessment=volume, number="2.1")
    rules = ItemProof.objects.filter(
        item__assessment=before, item__number="2.1", schedule__isnull=False
    )
    take_over_proofs(
        item_id=first.pk, proof_ids=list(rules.values_list("pk", flat=True)), by=legal, at=at
    )


def _at(stage: Stage, year: int) -> datetime:
    return stage.moment(date(year, 11, 20) if year < stage.year else stage.today, 10)


def _volume(stage: Stage, year: int, before: Assessment | None) -> Assessment:
    legal, at = stage.legal_user(DEMO_BUREAU), _at(stage, year)
    volume = start_assessment(
        unit=stage.bureaus[DEMO_BUREAU],
        draft=AssessmentDraft(
            TITLE, year, f"示例市公安局关于开展{year}年度法治公安建设考核的通知", before
        ),
        by=legal,
        at=at,
    )
    rows = [
        ItemRow(place, row.number, row.heading, row.text, Decimal(row.points))
        for place, row in enumerate(ITEMS, start=1)
    ]
    import_items(assessment_id=volume.pk, rows=rows, source=f"考核表{year}.xlsx", by=legal, at=at)
    items = {item.number: item for item in volume.items.all()}
    scope = scope_of(legal, today=stage.today)
    for row in ITEMS:
        is_open = before is not None and row.number in OPEN_THIS_YEAR
        if before is None or row.number not in UNPROVED_THIS_YEAR:
            _prove(items[row.number], row, volume, scope, by=legal, at=at, today=stage.today)
        if not is_open:
            own = Decimal(row.own) if row.own else None
            record_finding(
                item_id=items[row.number].pk,
                draft=FindingDraft(row.finding, own, row.basis),
                by=legal,
                at=at,
            )
    return volume


def _prove(
    item: AssessmentItem,
    row: Row,
    volume: Assessment,
    scope: Scope,
    *,
    by: User,
    at: datetime,
    today: date,
) -> None:
    """The earliest records of the year whose title holds the words; none twice at an item."""
    there: set[tuple[str, int]] = set()
    for kind, words in row.proofs:
        rows = record_rows(scope, kind, volume, on=today)
        if words:
            rows = rows.filter(title__contains=words)
        keys = rows.order_by("pk").values_list("pk", flat=True)[:3]
        key = next((key for key in keys if (kind, key) not in there), None)
        if key is None or (volume.follows_id and kind == "schedule"):
            continue
        there.add((kind, key))
        prove_item(item_id=item.pk, kind=kind, key=key, by=by, at=at)
