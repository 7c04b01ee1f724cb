"""The duty lists that a ledger is delivered with: for two heads at county level, and a frame.

Source: 《党政主要负责人履行推进法治建设第一责任人职责规定》（中办发〔2016〕71号），
articles 5 and 6. The wording is marked as not compared with the official text until a legal
officer has done so.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from reports.domain.first_person import DeedKind, DutyLevel
from reports.models import DutyList, FirstPersonDuty

Item = tuple[str, tuple[DeedKind, ...]]


@dataclass(frozen=True, slots=True)
class ListWords:
    """A delivered list: its head, and its items with the kinds of deeds that show each."""

    level: DutyLevel
    title: str
    basis: str
    items: tuple[Item, ...]


def delivered_lists() -> list[ListWords]:
    """The lists in the order of their levels; the bureau's own rules are an empty frame."""
    return [
        ListWords(
            DutyLevel.PARTY_HEAD,
            _("党委主要负责人履行推进法治建设第一责任人职责清单"),
            _("《党政主要负责人履行推进法治建设第一责任人职责规定》（中办发〔2016〕71号）第五条"),
            _party_head(),
        ),
        ListWords(
            DutyLevel.GOVERNMENT_HEAD,
            _("政府主要负责人履行推进法治建设第一责任人职责清单"),
            _("《党政主要负责人履行推进法治建设第一责任人职责规定》（中办发〔2016〕71号）第六条"),
            _government_head(),
        ),
        ListWords(
            DutyLevel.BUREAU,
            _("本局主要负责人履行法治建设第一责任人职责清单"),
            _("本局实施办法（文号待填写）"),
            (),
        ),
    ]


def _party_head() -> tuple[Item, ...]:
    kinds = DeedKind
    return (
        (
            _(
                "充分发挥党委在推进本地区法治建设中的领导核心作用，定期听取有关工作汇报，及时研究解决"
                "有关重大问题，将法治建设纳入地区发展总体规划和年度工作计划，与经济社会发展同部署、"
                "同推进、同督促、同考核、同奖惩。"
            ),
            (kinds.DEPLOYED, kinds.REPORT_HEARD),
        ),
        (
            _("坚持全面从严治党、依规治党，加强党内法规制度建设，提高党内法规制度执行力。"),
            (kinds.ASKED,),
        ),
        (
            _(
                "严格依法依规决策，落实党委法律顾问制度、公职律师制度，加强对党委文件、重大决策的"
                "合法合规性审查。"
            ),
            (kinds.REVIEWED, kinds.COUNSEL),
        ),
        (
            _(
                "支持本地区人大、政府、政协、法院、检察院依法依章程履行职能、开展工作，"
                "督促领导班子其他成员和下级党政主要负责人依法办事，不得违规干预司法活动、插手具体案件"
                "处理。"
            ),
            (kinds.COORDINATED, kinds.SUPERVISED, kinds.COURT),
        ),
        (
            _("坚持重视法治素养和法治能力的用人导向，加强法治工作队伍建设和政法机关领导班子建设。"),
            (),
        ),
        (
            _("深入推进法治宣传教育，推动全社会形成浓厚法治氛围。"),
            (kinds.STUDY,),
        ),
    )


def _government_head() -> tuple[Item, ...]:
    kinds = DeedKind
    return (
        (
            _(
                "加强对本地区法治政府建设的组织领导，制定工作规划和年度工作计划，及时研究解决法治政府"
                "建设有关重大问题，为推进法治建设提供保障、创造条件。"
            ),
            (kinds.DEPLOYED, kinds.REPORT_HEARD),
        ),
        (
            _(
                "严格执行重大行政决策法定程序，建立健全政府法律顾问制度、公职律师制度，依法制定规章和"
                "规范性文件，全面推进政务公开。"
            ),
            (kinds.REVIEWED, kinds.COUNSEL),
        ),
        (
            _("依法全面履行政府职能，推进行政执法责任制落实，推动严格规范公正文明执法。"),
            (kinds.ASKED, kinds.COORDINATED),
        ),
        (
            _(
                "督促领导班子其他成员和政府部门主要负责人依法行政，推动完善政府内部层级监督和专门监督，"
                "纠正行政不作为、乱作为。"
            ),
            (kinds.SUPERVISED,),
        ),
        (
            _(
                "自觉维护司法权威，认真落实行政机关出庭应诉、支持法院受理行政案件、尊重并执行法院生效"
                "裁判的制度。"
            ),
            (kinds.COURT,),
        ),
        (
            _("完善行政机关工作人员学法用法制度，组织实施普法规划，推动落实“谁执法谁普法”责任。"),
            (kinds.STUDY,),
        ),
    )


def lay_duty_lists(*, at: datetime) -> None:
    """Make the delivered lists; what is there stays."""
    there = set(DutyList.objects.filter(unit__isnull=True).values_list("level", flat=True))
    for words in delivered_lists():
        if words.level.value in there:
            continue
        made = DutyList(level=words.level.value, title=words.title, basis=words.basis)
        made._history_date = at
        made.save()
        for position, (text, kinds) in enumerate(words.items, 1):
            duty = FirstPersonDuty(
                duty_list=made,
                position=position,
                text=text,
                deed_kinds=[kind.value for kind in kinds],
            )
            duty._history_date = at
            duty.save()
