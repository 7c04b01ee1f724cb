"""Who answers in the fictional city: what a new head took over, and a reviewer who is seconded."""

from reports.actions.measures import MeasureDraft, edit_measure, set_measure
from reports.actions.people import AppointmentDraft, PersonDraft, appoint_many, create_people
from reports.actions.problems import (
    Cause,
    ProblemDraft,
    edit_problem,
    move_problem,
    register_problem,
)
from reports.domain.problems import ProblemMove
from reports.models.choices import PersonKind

from .city import DEMO_BUREAU
from .organisation import full_name, name_of
from .stage import Stage, days, history_of

# Of the demo bureau: the legal unit sends one of its officers to review at this station.
SECONDED_TO = "石桥派出所"


def tell_who_answers(stage: Stage) -> None:
    """The head of the demo bureau handed over what he led; one legal reviewer is seconded."""
    _hand_over(stage)
    _second(stage)


def _hand_over(stage: Stage) -> None:
    """A problem that the old head had taken on, with its measure; the new one leads them since."""
    bureau, legal = stage.bureaus[DEMO_BUREAU], stage.legal_user(DEMO_BUREAU)
    old, new = stage.holders[bureau.pk, "first_person"]
    squad = stage.units[DEMO_BUREAU, "刑事侦查大队"]
    found = new.first - days(74)
    draft = {
        "unit": squad,
        "title": "涉案财物管理场所分散，出入库登记不及时",
        "source": stage.sources["supervision"],
        "found_on": found,
        "description": "执法检查发现：涉案财物分别存放在六处，部分入库时间晚于扣押清单三日以上。",
        "themes": (stage.themes["property"],),
        "causes": (Cause("保管场所和人员没有集中配备。", stage.cause_kinds["means"]),),
        "due_on": new.first + days(226),
        "target": "建成集中保管中心，出入库当日登记。",
        "taken_on": True,
    }
    at, head = stage.moment(found, 16), stage.holder(squad, "squad_head", found)
    with history_of(legal, at):
        problem = register_problem(ProblemDraft(**draft), by=legal, at=at, today=stage.today)
        for what, more in (
            (
                ProblemMove.ASSIGN,
                {"leader": old.person, "responsible": head, "due_on": draft["due_on"]},
            ),
            (ProblemMove.START, {}),
        ):
            move_problem(
                problem_id=problem.pk,
                move=what,
                on=found,
                by=legal,
                at=at,
                today=stage.today,
                **more,
            )
        measure = set_measure(
            MeasureDraft(
                unit=squad,
                title="改造集中保管中心，涉案财物统一入库、扫码登记",
                standard="中心启用，六处存放点全部移交，抽查出入库登记无超时。",
                set_on=found,
                problems=(problem,),
                leader=old.person,
                responsible=head,
                due_on=new.first + days(196),
            ),
            by=legal,
            at=at,
            today=stage.today,
        )
    with history_of(legal, stage.moment(new.first + days(2), 10)):
        edit_problem(
            problem_id=problem.pk,
            draft=ProblemDraft(leader=new.person, responsible=head, **draft),
            by=legal,
            at=stage.moment(new.first + days(2), 10),
            today=stage.today,
        )
        edit_measure(
            measure_id=measure.pk,
            title=measure.title,
            standard=measure.standard,
            responsible=head,
            unit=squad,
            problems=[problem],
            plan_year=None,
            leader=new.person,
        )


def _second(stage: Stage) -> None:
    """An officer of the legal unit reviews at a station since half a year (派驻)."""
    station = stage.units[DEMO_BUREAU, SECONDED_TO]
    team = stage.units[DEMO_BUREAU, "法制大队"]
    draft = PersonDraft(
        name_of(full_name(stage, team), "seconded", station.name), team, PersonKind.POLICE
    )
    (officer,) = create_people([draft], by=None, at=stage.now)
    since = stage.today - days(210)
    appoint_many(
        [
            AppointmentDraft(
                officer,
                station,
                stage.posts["full_reviewer"],
                since,
                document_number=f"示公东任〔{since.year}〕3号",
                home_unit=team,
            )
        ],
        by=None,
        at=stage.now,
    )
