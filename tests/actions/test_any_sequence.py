"""Whatever people do, in whatever order: what is kept is what the rows say, and verdicts hold."""

from contextlib import suppress
from datetime import date, time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from reports.actions.calendar import enter_days, take_out_days
from reports.actions.meetings import (
    MeetingDraft,
    PersonPresent,
    cancel_meeting,
    confirm_meetings,
    correct_discharge,
    correct_meeting,
    draft_of,
    record_meeting,
)
from reports.actions.refusals import Refused
from reports.actions.schedules import (
    VersionDraft,
    end_schedule,
    plan_dues,
    replan,
    set_version,
)
from reports.actions.units import close_unit
from reports.actions.waivers import (
    OrderDraft,
    ask_waiver,
    decide_waiver,
    grant_waiver,
    order_waivers,
    withdraw_order,
    withdraw_waiver,
)
from reports.domain.calendar import SATURDAY
from reports.domain.dues import Verdict
from reports.domain.periods import Cadence
from reports.models import Discharge, Due, Meeting, Waiver, WaiverOrder, WaiverRequest
from reports.models.choices import DayKind, OwedBy
from reports.selectors.audit import all_differences
from reports.selectors.calendar import DayDraft
from tests.factories import (
    NOON,
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    MeetingKindFactory,
    PostFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UserFactory,
)

TODAY = date(2026, 6, 10)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("hold", "hold", "hold", "cancel", "correct", "take_off", "confirm", "waive"),
                *("withdraw", "version", "end", "holiday", "replan", "close"),
                *("ask", "decide", "order", "recall"),
            ]
        ),
        st.integers(0, 10_000),
        st.integers(0, 10_000),
        st.booleans(),
    ),
    min_size=1,
    max_size=14,
)


class AnySequence(TestCase):
    """A bureau with a monthly duty, a quota of minutes, one of its leaders, and a station's."""

    def setUp(self):
        self.bureau = BureauFactory(parent=CityFactory())
        self.station = UnitFactory(parent=self.bureau, ledger_from=None)
        self.kind = MeetingKindFactory()
        self.officer, self.clerk = UserFactory(), UserFactory()
        post = PostFactory(code="deputy", single_holder=False)
        self.leader = AppointmentFactory(unit=self.bureau, post=post).person
        self.rules = [
            ScheduleVersionFactory(schedule__set__unit=self.bureau, **kwargs)
            for kwargs in (
                {"at_least": 2, "expected_evidence": ["minutes"]},
                {"cadence": "quarter", "counted_in": "minutes", "at_least": 100},
                {"owed_by": OwedBy.HOLDERS.value, "owing_post": post},
                {
                    "cadence": "week",
                    "owed_by": OwedBy.KINDS.value,
                    "owing_kinds": [self.station.kind],
                },
            )
        ]
        plan_dues(today=TODAY, year=2026)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def test_what_is_kept_follows_from_the_rows(self, steps):
        for name, a, b, flag in steps:
            with suppress(Refused):
                getattr(self, name)(a, b, flag)
            assert list(all_differences()) == [], name
        for due in Due.objects.filter(year=2026):
            days = [due.period_first + timedelta(days=n) for n in range(-2, 130, 3)]
            verdicts = [due.verdict_on(day) for day in days]
            met = verdicts.index(Verdict.MET) if Verdict.MET in verdicts else len(verdicts)
            assert set(verdicts[met:]) <= {Verdict.MET}, due
            counted = Discharge.objects.filter(due=due, counts=True)
            naive = sum(
                1 if due.counted_in == "times" else row.meeting.minutes or 0
                for row in counted.select_related("meeting")
            )
            assert due.counted == naive

    # What people do; ``a`` and ``b`` choose, ``flag`` varies.

    def pick(self, rows, n):
        rows = list(rows.order_by("pk"))
        return rows[n % len(rows)] if rows else None

    def hold(self, a, b, flag):
        day = TODAY - timedelta(days=a % 120)
        dues = Due.objects.filter(period_first__lte=day, period_last__gte=day - timedelta(days=40))
        chosen = [due for n, due in enumerate(dues.order_by("pk")) if b >> (n % 12) & 1]
        unit = self.station if chosen and chosen[0].unit_id == self.station.pk else self.bureau
        record_meeting(
            MeetingDraft(
                unit=unit,
                kind_id=self.kind.pk,
                title="例会",
                held_on=day,
                due_ids=tuple(due.pk for due in chosen if due.unit_id == unit.pk),
                starts_at=time(9),
                ends_at=time(10, b % 60),
                people=(PersonPresent(self.leader.pk),) if flag else (),
                merged_because="合并召开" if flag else "",
                needs_confirmation=b % 5 == 0,
            ),
            by=self.clerk,
            at=NOON,
            today=TODAY,
        )

    def cancel(self, a, b, flag):
        if meeting := self.pick(Meeting.objects.all(), a):
            cancel_meeting(meeting_id=meeting.pk, because="重复", by=self.clerk, at=NOON)

    def correct(self, a, b, flag):
        if meeting := self.pick(Meeting.objects.all(), a):
            held = list(meeting.discharges.order_by("pk").values_list("due_id", flat=True))
            draft = draft_of(meeting, held[: b % 3])
            correct_meeting(meeting_id=meeting.pk, draft=draft, by=self.clerk, at=NOON, today=TODAY)

    def take_off(self, a, b, flag):
        if row := self.pick(Discharge.objects.all(), a):
            correct_discharge(
                meeting_id=row.meeting_id,
                due_id=row.due_id,
                counts=flag,
                because="核对后更正",
                by=self.officer,
                at=NOON,
            )

    def confirm(self, a, b, flag):
        confirm_meetings(
            meeting_ids=Meeting.objects.values_list("pk", flat=True), by=self.officer, at=NOON
        )

    def waive(self, a, b, flag):
        due = self.pick(Due.objects.filter(period_first__lte=TODAY), a)
        grant_waiver(
            due_id=due.pk,
            reason="安保",
            granted_on=TODAY - timedelta(days=b % 30),
            by=self.officer,
            at=NOON,
            today=TODAY,
        )

    def withdraw(self, a, b, flag):
        if waiver := self.pick(Waiver.objects.all(), a):
            withdraw_waiver(waiver_id=waiver.pk, because="误批", on=TODAY, today=TODAY)

    def ask(self, a, b, flag):
        due = self.pick(Due.objects.filter(period_first__lte=TODAY), a)
        ask_waiver(
            due_id=due.pk, reason="安保", asked_on=TODAY, by=self.clerk, at=NOON, today=TODAY
        )

    def decide(self, a, b, flag):
        if request := self.pick(WaiverRequest.objects.all(), a):
            decide_waiver(
                request_id=request.pk,
                granted=flag,
                note="仍可召开",
                on=TODAY,
                by=self.officer,
                at=NOON,
                today=TODAY,
            )

    def order(self, a, b, flag):
        first = TODAY - timedelta(days=a % 60)
        last = first + timedelta(days=b % 15)
        touched = Due.objects.filter(
            period_first__lte=last,
            period_last__gte=first,
            met_on=None,
            met_late_on=None,
            waived_on=None,
            not_applicable_because="",
        )
        asked = WaiverRequest.objects.filter(decided_on=None).values("due_id")
        order_waivers(
            draft=OrderDraft(self.bureau, "通知", TODAY, first, last, "安保"),
            due_ids=touched.exclude(pk__in=asked).values_list("pk", flat=True),
            by=self.officer,
            at=NOON,
            today=TODAY,
        )

    def recall(self, a, b, flag):
        if order := self.pick(WaiverOrder.objects.all(), a):
            withdraw_order(
                order_id=order.pk,
                because="取消",
                on=TODAY,
                by=self.officer,
                at=NOON,
                today=TODAY,
            )

    def version(self, a, b, flag):
        rule = self.rules[a % 2]
        set_version(
            schedule=rule.schedule,
            draft=VersionDraft(
                first_day=TODAY + timedelta(days=b % 90),
                cadence=Cadence.MONTH,
                legal_basis="局发文件",
                asked_by="本局党委",
                at_least=1 + b % 2,
                months=(9, 11) if flag else (),
                meeting_kind_id=self.kind.pk,
            ),
            today=TODAY,
        )

    def end(self, a, b, flag):
        ended_on = TODAY + timedelta(days=b % 100) if flag else None
        end_schedule(schedule=self.rules[a % 4].schedule, ended_on=ended_on, today=TODAY)

    def holiday(self, a, b, flag):
        """A week off, or taken out again; a Saturday worked."""
        first = TODAY + timedelta(days=b % 60 - 30)
        days = [first + timedelta(days=n) for n in range(1 + a % 9)]
        done = {"by": self.officer, "at": NOON, "today": TODAY}
        if not flag:
            take_out_days(days, because="通知有误", **done)
            return
        drafts = [DayDraft(day, DayKind.HOLIDAY, "调整", "通知") for day in days[:-1]]
        worked = DayKind.WORKDAY if days[-1].weekday() >= SATURDAY else DayKind.HOLIDAY
        enter_days([*drafts, DayDraft(days[-1], worked, "调整", "通知")], **done)

    def replan(self, a, b, flag):
        replan(bureau_ids=[self.bureau.pk], today=TODAY)

    def close(self, a, b, flag):
        if self.station.closed_on is None:
            day = TODAY - timedelta(days=b % 20)
            self.station = close_unit(
                unit=self.station, on=day, by=self.officer, at=NOON, today=TODAY
            )
