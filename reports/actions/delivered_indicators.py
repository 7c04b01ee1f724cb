"""The indicators a ledger is delivered with, and the sums among them; staff may add their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.indicators import IndicatorDraft, set_indicator, set_sum
from reports.domain.figures import PERCENT, Made
from reports.domain.record_kinds import SETTLED
from reports.models import Indicator, SumRule, UnitKind


@dataclass(frozen=True, slots=True)
class IndicatorWords:
    """A delivered indicator; without a rule it is entered."""

    code: str
    name: str
    counter: str
    definition: str
    rule: Mapping[str, Any] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    decimals: int = 0
    is_share: bool = False
    no_comparison: bool = False


def delivered_indicators() -> list[IndicatorWords]:
    """What most bureaus report, in the order it is listed: entered ones, then counted ones."""
    bureau, station = ("bureau",), ("station",)
    return [
        # 填报
        IndicatorWords(
            "alarms", _("警情数"), _("起"), _("当月接报的有效警情，不含重复报警。"), kinds=station
        ),
        IndicatorWords(
            "cases_received",
            _("受理案件"),
            _("件"),
            _("当月受理的行政案件和刑事案件。"),
            kinds=bureau,
        ),
        IndicatorWords(
            "cases_closed",
            _("受理案件：已办结"),
            _("件"),
            _("当月受理的案件中，统计时已办结的。"),
            kinds=bureau,
        ),
        IndicatorWords(
            "cases_open",
            _("受理案件：在办"),
            _("件"),
            _("当月受理的案件中，统计时仍在办的。"),
            kinds=bureau,
        ),
        IndicatorWords(
            "petitions_received", _("信访件收到"), _("件"), _("当月收到的信访件。"), kinds=bureau
        ),
        IndicatorWords(
            "petitions_done",
            _("信访件：已办结"),
            _("件"),
            _("当月收到的信访件中，统计时已办结的。"),
            kinds=bureau,
        ),
        IndicatorWords(
            "petitions_open",
            _("信访件：在办"),
            _("件"),
            _("当月收到的信访件中，统计时仍在办的。"),
            kinds=bureau,
        ),
        IndicatorWords(
            "penalties",
            _("行政处罚件数"),
            _("件"),
            _("当月作出的行政处罚决定。只供本单位掌握工作情况，不作任何比较。"),
            kinds=station,
            no_comparison=True,
        ),
        IndicatorWords(
            "fines",
            _("罚款金额"),
            _("万元"),
            _("当月罚款决定的金额。只供本单位掌握工作情况，不作任何比较。"),
            kinds=station,
            decimals=4,
            no_comparison=True,
        ),
        IndicatorWords(
            "head_in_court",
            _("负责人出庭应诉率"),
            PERCENT,
            _("分子为负责人出庭的案件，分母为开庭审理的行政诉讼案件。"),
            kinds=bureau,
            decimals=1,
            is_share=True,
        ),
        IndicatorWords(
            "satisfaction",
            _("群众满意度"),
            PERCENT,
            _("上级或第三方测评公布的全年结果，按原数填写。"),
            kinds=bureau,
            decimals=2,
        ),
        # 据记录统计
        IndicatorWords(
            "publicity_sessions",
            _("法治宣传活动"),
            _("场"),
            _("工作记录中的法治宣传。"),
            _records("publicity"),
        ),
        IndicatorWords(
            "publicity_audience",
            _("法治宣传受众"),
            _("人次"),
            _("法治宣传记录所填的受众之和。"),
            _records("publicity", "audience"),
        ),
        IndicatorWords(
            "trainings", _("法治培训"), _("期"), _("工作记录中的法治培训。"), _records("training")
        ),
        IndicatorWords(
            "legal_reviews",
            _("合法性审核"),
            _("件"),
            _("规范性文件、重大决策、合同等的审核。"),
            _records("legal_review"),
        ),
        IndicatorWords(
            "files_reviewed",
            _("评查案卷"),
            _("件"),
            _("案卷评查记录所填的案卷数之和。"),
            _records("case_file_review", "files"),
        ),
        IndicatorWords(
            "reconsiderations_received",
            _("行政复议收案"),
            _("件"),
            _("行政复议结果记录所填的收到数之和。"),
            _records("reconsideration", "received"),
        ),
        IndicatorWords(
            "reconsiderations_upheld",
            _("行政复议维持"),
            _("件"),
            _("行政复议结果记录所填的维持数之和。"),
            _records("reconsideration", "upheld"),
        ),
        IndicatorWords(
            "reconsiderations_corrected",
            _("行政复议纠错"),
            _("件"),
            _("撤销、变更、确认违法等。"),
            _records("reconsideration", "corrected"),
        ),
        IndicatorWords(
            "court_appearances",
            _("出庭应诉"),
            _("次"),
            _("工作记录中的出庭应诉。"),
            _records("court_appearance"),
        ),
        IndicatorWords(
            "petitions_settled",
            _("领导包案化解"),
            _("件"),
            _("领导包案记录中结果为化解的。"),
            {**_records("petition_case"), "where": {"result": SETTLED}},
        ),
        IndicatorWords(
            "mediations", _("矛盾纠纷调解"), _("件"), _("工作记录中的调解。"), _records("mediation")
        ),
        IndicatorWords(
            "meetings",
            _("法治会议和活动"),
            _("次"),
            _("会议台账中的会议和活动。"),
            {"of": "meetings", "what": "number"},
        ),
        IndicatorWords(
            "problems_found",
            _("发现执法问题"),
            _("个"),
            _("计入问题数的，按发现日。"),
            {"of": "problems", "what": "found"},
        ),
        IndicatorWords(
            "problems_closed",
            _("销号执法问题"),
            _("个"),
            _("计入问题数的，按销号日。"),
            {"of": "problems", "what": "closed"},
        ),
        IndicatorWords(
            "dues_kept",
            _("制度按期落实率"),
            PERCENT,
            _("分母为应落实的，分子为按期落实的；按年度统计。"),
            {"of": "dues", "what": "kept"},
            decimals=1,
            is_share=True,
        ),
        IndicatorWords(
            "exam_pass_rate",
            _("法律考试合格率"),
            PERCENT,
            _("分子为合格人数，分母为参考人数。"),
            {"of": "examinations", "what": "pass_rate"},
            decimals=1,
            is_share=True,
        ),
        IndicatorWords(
            "deeds",
            _("第一责任人“四个亲自”"),
            _("项"),
            _("履职记录中的亲自部署、过问、协调、督办。"),
            {"of": "deeds", "what": "number", "kind": "four"},
            kinds=bureau,
        ),
    ]


def _records(kind: str, summed: str = "") -> dict[str, Any]:
    if summed:
        return {"of": "records", "kind": kind, "what": "field", "field": summed}
    return {"of": "records", "kind": kind, "what": "amount"}


def delivered_sums() -> list[tuple[str, str, tuple[str, ...]]]:
    """The sums that must agree: a name, the whole, its parts."""
    return [
        (
            _("受理案件＝已办结＋在办"),
            "cases_received",
            ("cases_closed", "cases_open"),
        ),
        (
            _("信访件收到＝已办结＋在办"),
            "petitions_received",
            ("petitions_done", "petitions_open"),
        ),
    ]


@transaction.atomic
def lay_indicators(*, at: datetime, more: Mapping[str, tuple[str, ...]] | None = None) -> None:
    """Indicators and sums; what is there stays as staff have made it.

    ``more`` gives codes of further unit kinds that report the same, by the code of a kind. A kind
    that the ledger does not have is left out.
    """
    alike = more or {}
    units = {kind.code: kind for kind in UnitKind.objects.all()}
    there = {each.code: each for each in Indicator.objects.all()}
    for position, words in enumerate(delivered_indicators(), start=1):
        if words.code in there:
            continue
        codes = [code for kind in words.kinds for code in (kind, *alike.get(kind, ()))]
        draft = IndicatorDraft(
            name=words.name,
            counter=words.counter,
            made=Made.COUNTED if words.rule else Made.ENTERED,
            code=words.code,
            definition=words.definition,
            decimals=words.decimals,
            unit_kinds=[units[code] for code in codes if code in units],
            rule=words.rule,
            is_share=words.is_share,
            no_comparison=words.no_comparison,
            position=position * 10,
        )
        there[words.code] = set_indicator(draft, by=None, at=at)
    declared = set(SumRule.objects.values_list("whole__code", flat=True))
    for name, whole, parts in delivered_sums():
        if whole not in declared:
            set_sum(
                name=name,
                whole=there[whole],
                parts=[there[part] for part in parts],
                by=None,
                at=at,
            )
