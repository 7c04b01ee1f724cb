"""Last year's report of the demo bureau made public: cut, checked, approved, published."""

from datetime import date, datetime

from django.contrib.auth.models import User

from reports.actions.public_forms import (
    begin_public_form,
    cut_passage,
    mark_seen,
    publish_form,
    record_check,
)
from reports.domain.summaries import PublicState, ReportState, SectionRole
from reports.models import AnnualReport, Person, PublicForm, Sentence
from reports.selectors.public_forms import read_public

from .city import DEMO_BUREAU
from .stage import Stage

INTERNAL = "内部执法监督的具体情形，不宜公开"
SETTLED = "单位和岗位的公开信息，可以公开"


def make_public(stage: Stage) -> None:
    """Two passages of problems stay inside; three people check; it is on the web in March."""
    bureau = stage.bureaus[DEMO_BUREAU]
    report = AnnualReport.objects.filter(
        bureau=bureau, year=stage.year - 1, state=ReportState.SIGNED.value, is_current=True
    ).first()
    days = [date(stage.year, 3, day) for day in (3, 5, 9, 12)]
    if report is None or days[-1] > stage.today:
        return
    legal = stage.legal_user(DEMO_BUREAU)
    form = begin_public_form(report_id=report.pk, by=legal, at=stage.moment(days[0], 9))
    _take_out(stage, form, report, legal, days[0])
    _settle(stage, form, report, legal, days[0])
    _check(stage, form, days, legal)
    publish_form(
        form_id=form.pk,
        on=days[-1],
        address=f"https://www.example.gov.cn/fzzf/{stage.year}/0312.html",
        index_number=f"SL027/{stage.year}-01386",
        by=legal,
        at=stage.moment(days[-1], 15),
        today=days[-1],
    )


def _take_out(stage: Stage, form: PublicForm, report: AnnualReport, legal: User, day: date) -> None:
    """The last problem goes as a whole, of the first one its first sentence is put otherwise."""
    rows = list(
        Sentence.objects.filter(
            paragraph__section__report=report,
            paragraph__section__role=SectionRole.PROBLEMS.value,
        )
        .select_related("paragraph")
        .order_by("paragraph__position", "position")
    )
    headed = [row for row in rows if row.paragraph.heading]
    if not headed:
        return
    last = headed[-1].paragraph_id
    at = stage.moment(day, 10)
    cut_passage(
        form_id=form.pk,
        sentence_ids=[row.pk for row in headed if row.paragraph_id == last],
        because=INTERNAL,
        by=legal,
        at=at,
    )
    if headed[0].paragraph_id != last:
        cut_passage(
            form_id=form.pk,
            sentence_ids=[headed[0].pk],
            instead="个别单位执法规范化水平有待提高。",
            because="涉及具体单位，作概括表述",
            by=legal,
            at=at,
        )


def _settle(stage: Stage, form: PublicForm, report: AnnualReport, legal: User, day: date) -> None:
    """What the secrecy check found and may stay is marked as seen."""
    for quoted in read_public(form, report).unsettled:
        mark_seen(
            form_id=form.pk,
            quoted=quoted,
            word=SETTLED,
            person=_person(legal),
            by=legal,
            at=stage.moment(day, 10),
            today=day,
        )


def _check(stage: Stage, form: PublicForm, days: list[date], legal: User) -> None:
    bureau = stage.bureaus[DEMO_BUREAU]
    inspector = stage.users.get(f"{DEMO_BUREAU}:inspector")
    leader = stage.users.get(f"{DEMO_BUREAU}:leader")
    chief = stage.holder(bureau, "in_charge", days[2]) or stage.holder(
        bureau, "first_person", days[2]
    )
    own = leader is not None and chief is not None and _person(leader) == chief
    steps: list[tuple[PublicState, date, Person | None, User | None, str, bool]] = [
        (
            PublicState.SELF_CHECKED,
            days[0],
            _person(legal),
            legal,
            "经自查，公开稿不含国家秘密、警务工作秘密和不宜公开的个人信息。",
            False,
        ),
        (
            PublicState.SECOND_CHECKED,
            days[1],
            _person(inspector),
            inspector,
            "经复核，同意自查意见，可以公开。",
            False,
        ),
        (PublicState.APPROVED, days[2], chief, leader if own else legal, "同意公开。", not own),
    ]
    for state, on, person, by, opinion, from_paper in steps:
        record_check(
            form_id=form.pk,
            to_state=state,
            on=on,
            opinion=opinion,
            person=person,
            by=by,
            at=_at(stage, on),
            today=on,
            from_paper=from_paper,
        )


def _at(stage: Stage, on: date) -> datetime:
    return stage.moment(on, 16)


def _person(user: User | None) -> Person | None:
    return Person.objects.filter(user=user).first() if user is not None else None
