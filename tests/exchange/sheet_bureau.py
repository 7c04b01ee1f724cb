"""A bureau with records of every kind, some full and some with nothing but what must be there."""

from datetime import date, time
from decimal import Decimal

from reports.actions.indicators import FigureDraft, MonthlyFigure, Sheet, record_many
from reports.actions.measures import MeasureDraft, cancel_measure, report_progress, set_measures
from reports.actions.meetings import (
    AgendaDraft,
    MeetingDraft,
    OutsidePresent,
    PersonPresent,
    cancel_meeting,
    record_meeting,
)
from reports.actions.problems import Cause, ProblemDraft, cancel_problem, register_problems
from reports.actions.records import RecordDraft, add_records, cancel_record
from reports.domain.figures import Wording
from reports.domain.problems import ProblemClass
from reports.domain.records import FieldType
from reports.models import Holiday, RecordField
from tests.factories import (
    NOON,
    AgendaKindFactory,
    AppointmentFactory,
    BureauFactory,
    CauseKindFactory,
    CertificateFactory,
    CertificateKindFactory,
    IndicatorFactory,
    MeetingKindFactory,
    PersonFactory,
    PostFactory,
    ProblemSourceFactory,
    ProblemThemeFactory,
    RecordKindFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
)

TODAY = NOON.date()


def full_bureau():
    """The bureau; its names begin with its own, so that two bureaus share none but 综合室."""
    bureau = BureauFactory(name="江东分局", short_name="江东")
    squad = UnitKindFactory(code="squad")
    station = UnitFactory(
        name="河口派出所", short_name="河口所", parent=bureau, grade="一类", position=20
    )
    other = UnitFactory(name="桥西派出所", parent=bureau, opened_on=date(2020, 5, 1))
    UnitFactory(name="旧城派出所", parent=bureau, closed_on=date(2025, 12, 31))
    UnitFactory(name="综合室", parent=station, kind=squad)
    UnitFactory(name="综合室", parent=other, kind=squad)
    chief = PersonFactory(name="丁某", unit=station, joined_on=date(2021, 9, 1))
    PersonFactory(name="丁某", unit=other)
    PersonFactory(name="丁某", unit=other, kind="auxiliary")
    leader = PersonFactory(name="范某", unit=bureau)
    PersonFactory(name="离某", unit=station, left_on=date(2026, 1, 31))
    _posts(bureau, station, chief, leader)
    _rules(bureau)
    _meetings(bureau, station, other, chief, leader)
    _problems(bureau, station, other, chief, leader)
    _records(bureau, station, chief)
    _figures(station)
    Holiday.objects.create(day=date(2026, 5, 1), kind="holiday", name="劳动节", source="通知")
    Holiday.objects.create(day=date(2026, 5, 9), kind="workday", source="通知")
    return bureau


def _posts(bureau, station, chief, leader):
    AppointmentFactory(person=chief, first_day=date(2022, 1, 10), document_number="江公〔2022〕1号")
    ended = PostFactory(code="deputy", single_holder=False)
    AppointmentFactory(
        person=chief, post=ended, first_day=date(2020, 1, 1), last_day=date(2022, 1, 9), acting=True
    )
    AppointmentFactory(
        person=leader, unit=station, post=ended, first_day=date(2024, 3, 1), home_unit=bureau
    )
    CertificateFactory(person=chief)
    CertificateFactory(
        person=leader,
        kind=CertificateKindFactory(code="card", expires=True),
        number="008",
        issued_by="示例市公安局",
        issued_on=date(2024, 2, 29),
        valid_until=date(2029, 2, 28),
    )
    CertificateFactory(person=leader, cancelled_at=NOON, cancelled_because="录错", number="作废的")


def _rules(bureau):
    ScheduleVersionFactory(schedule__set__unit=bureau, schedule__name="法制通报会")
    version = ScheduleVersionFactory(
        schedule__set__unit=bureau,
        schedule__name="季度专题会",
        schedule__of_first_person=True,
        schedule__ended_on=date(2026, 5, 31),
        cadence="month",
        months=[3, 11],
        at_least=2,
        at_most=3,
        owed_by="kinds",
        owing_grades=["一类", "二类"],
        agenda_kind=AgendaKindFactory(),
        presided_by=PostFactory(),
        make_up="days",
        make_up_days=10,
        expected_evidence=["minutes", "sign_in"],
        legal_must_sit_in=True,
    )
    version.owing_kinds.set([UnitKindFactory(code="station"), UnitKindFactory(code="squad")])


def _meetings(bureau, station, other, chief, leader):
    kind = MeetingKindFactory()
    record_meeting(
        MeetingDraft(unit=station, kind_id=kind.pk, title="第十周例会", held_on=date(2026, 3, 4)),
        by=None,
        at=NOON,
        today=TODAY,
    )
    record_meeting(
        MeetingDraft(
            unit=bureau,
            kind_id=kind.pk,
            title="执法质量专题会",
            held_on=date(2026, 3, 5),
            starts_at=time(9, 5),
            ends_at=time(11),
            place="三楼会议室",
            presided_by_id=leader.pk,
            summary="通报考评情况。\n部署整改。",
            legal_sat_in=True,
            legal_opinion="同意",
            agenda=(
                AgendaDraft("研究执法监督", kind_id=AgendaKindFactory().pk),
                AgendaDraft("其他：几项工作"),
            ),
            attending_unit_ids=(other.pk, station.pk),
            people=(PersonPresent(chief.pk),),
            outside=(OutsidePresent("区检察院"), OutsidePresent("区法院")),
            late_because="会后补录",
        ),
        by=None,
        at=NOON,
        today=TODAY,
    )
    gone = record_meeting(
        MeetingDraft(unit=station, kind_id=kind.pk, title="录错的会", held_on=date(2026, 3, 6)),
        by=None,
        at=NOON,
        today=TODAY,
    )
    cancel_meeting(meeting_id=gone.pk, because="录错", by=UserFactory(), at=NOON)


def _problems(bureau, station, other, chief, leader):
    source = ProblemSourceFactory()
    above = ProblemSourceFactory(code="above", name="上级检查", raised_from_above=True)
    first, _bare, gone = register_problems(
        [
            ProblemDraft(
                unit=station,
                title="=接处警登记不及时",
                source=above,
                found_on=date(2026, 2, 3),
                description="登记簿有漏项。\n时间不准。",
                causes=(Cause("要求不明", CauseKindFactory()), Cause("培训不足：未覆盖")),
                themes=(ProblemThemeFactory(), ProblemThemeFactory(code="files")),
                source_document="市局通报2号",
                source_day=date(2026, 2, 1),
                received_on=date(2026, 2, 2),
                reply_due_on=date(2026, 3, 1),
                replied_on=date(2026, 2, 28),
                reply_document="复函1号",
                raised_from_above=True,
                raised_by="市局法制支队",
                due_on=date(2026, 6, 1),
                due_is_month=True,
                target="登记率100%",
                standard="抽查三次无漏项",
                taken_on=True,
                leader=leader,
                responsible=chief,
                joint_units=(other, bureau),
            ),
            ProblemDraft(unit=other, title="卷宗不齐", source=source, found_on=date(2026, 4, 1)),
            ProblemDraft(unit=other, title="作废的", source=source, found_on=date(2026, 4, 2)),
        ],
        by=None,
        at=NOON,
        today=TODAY,
    )
    register_problems(
        [
            ProblemDraft(
                unit=station,
                title="登记要素不全",
                source=source,
                found_on=date(2026, 2, 4),
                kind=ProblemClass.STANDING,
                review_on=date(2026, 12, 31),
                counts=False,
                parent=first,
            )
        ],
        by=None,
        at=NOON,
        today=TODAY,
    )
    cancel_problem(problem_id=gone.pk, because="录错", by=UserFactory(), at=NOON)
    _measures(bureau, station, other, chief, leader, first)


def _measures(bureau, station, other, chief, leader, problem):
    done, _month, gone = set_measures(
        [
            MeasureDraft(
                unit=station,
                title="修订登记办法",
                set_on=date(2026, 2, 10),
                problems=(problem,),
                standard="印发执行",
                responsible=chief,
                leader=leader,
                due_on=date(2026, 5, 20),
                joint_units=(other,),
            ),
            MeasureDraft(
                unit=bureau,
                title="全年培训计划",
                set_on=date(2026, 1, 4),
                plan_year=2026,
                due_on=date(2026, 11, 1),
                due_is_month=True,
            ),
            MeasureDraft(unit=bureau, title="作废", set_on=date(2026, 1, 5), plan_year=2026),
        ],
        by=None,
        at=NOON,
        today=TODAY,
    )
    report_progress(
        measure_id=done.pk,
        on=date(2026, 3, 1),
        text="已印发",
        finishes=True,
        by=UserFactory(),
        at=NOON,
        today=TODAY,
    )
    cancel_measure(measure_id=gone.pk, because="录错", by=UserFactory(), at=NOON)


def _records(bureau, station, chief):
    kind = RecordKindFactory(code="law_talk", takes_totals=True)
    rows = [
        ("form", "形式", FieldType.CHOICE, ["讲座", "展板"], False),
        ("listeners", "参加人数", FieldType.NUMBER, [], True),
        ("until", "展出至", FieldType.DAY, [], False),
        ("broadcast", "是否播出", FieldType.YES_NO, [], False),
    ]
    for position, (code, label, holds, choices, totals) in enumerate(rows):
        RecordField.objects.create(
            kind=kind,
            code=code,
            label=label,
            type=holds.value,
            choices=choices,
            in_totals=totals,
            position=position,
        )
    values = {"form": "讲座", "listeners": 120, "until": "2026-04-30", "broadcast": True}
    *_kept, gone = add_records(
        [
            RecordDraft(unit=station, kind=kind, on=date(2026, 4, 15), title="进校园"),
            RecordDraft(
                unit=station,
                kind=kind,
                on=date(2026, 4, 16),
                title="进社区",
                last_day=date(2026, 4, 17),
                amount=2,
                source="台账",
                document_number="江公法〔2026〕3号",
                person=chief,
                values=values,
                note="居委会协办",
            ),
            RecordDraft(
                unit=bureau,
                kind=kind,
                on=date(2026, 3, 1),
                is_total=True,
                amount=14,
                source="宣传系统",
                values={"listeners": 800},
            ),
            RecordDraft(unit=station, kind=kind, on=date(2026, 4, 18), title="作废的"),
        ],
        by=None,
        at=[NOON] * 4,
        today=TODAY,
    )
    cancel_record(record_id=gone.pk, because="录错", by=UserFactory(), at=NOON)


def _figures(station):
    cases = IndicatorFactory(code="cases", name="行政案件受理数")
    share = IndicatorFactory(code="share", name="办结率", is_share=True, decimals=1, counter="%")
    record_many(
        [
            MonthlyFigure(
                Sheet(station, 2026, 3),
                FigureDraft(cases, Decimal("25"), Wording.MORE, source="执法办案系统"),
                NOON,
                None,
            ),
            MonthlyFigure(
                Sheet(station, 2026, None, is_target=True),
                FigureDraft(cases, Decimal("300"), source="年度计划"),
                NOON,
                None,
            ),
            MonthlyFigure(
                Sheet(station, 2026, 4),
                FigureDraft(
                    share, numerator=Decimal(7), denominator=Decimal(9), source="执法办案系统"
                ),
                NOON,
                None,
            ),
        ]
    )
