from datetime import date

import pytest

from reports.actions.refusals import Refused
from reports.actions.rounds import (
    RoundDraft,
    cancel_round,
    check_item,
    choose_sample,
    edit_round,
    end_round,
)
from reports.domain.problems import LookBackResult
from reports.models import LookBackRound
from tests.factories import (
    NOON,
    BureauFactory,
    LookBackRoundFactory,
    PersonFactory,
    ProblemFactory,
    UnitFactory,
    UserFactory,
    closed_problem,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
HELD, RELAPSED = LookBackResult.HELD, LookBackResult.RELAPSED


def refused(action, **how):
    with pytest.raises(Refused) as refusal:
        action(**how)
    return refusal.value.reasons


@pytest.fixture
def clerk():
    return UserFactory()


@pytest.fixture
def verifier():
    return UserFactory()


@pytest.fixture
def station():
    return UnitFactory()


@pytest.fixture
def closed(station, clerk, verifier):
    def close(**how):
        return closed_problem(unit=station, submitted_by=clerk, closed_by=verifier, **how)

    return close


@pytest.fixture
def round_of(station):
    def make(*checkers, **how):
        return LookBackRoundFactory(bureau=station.bureau, checkers=checkers or None, **how)

    return make


def sample(found, *problems, shown=None):
    chosen = [each.pk for each in problems]
    return choose_sample(round_id=found.pk, chosen=chosen, shown=shown or chosen)


def check(found, problem, result=HELD, checker=None, note="", on=TODAY, by=None):
    return check_item(
        item_id=found.items.get(problem=problem).pk,
        on=on,
        result=result,
        checker=checker or found.checkers.get(),
        note=note,
        by=by or UserFactory(),
        at=NOON,
        today=TODAY,
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": " "}, ["请填写名称。"]),
        ({"ordered_on": date(2026, 6, 11)}, ["部署日期不能晚于今天。"]),
        ({"due_on": date(2026, 5, 31)}, ["完成期限早于部署日期。"]),
    ],
)
def test_ordering_refuses(change, said):
    assert refused(lambda: LookBackRoundFactory(**change)) == said


def test_checkers_are_people_of_the_bureau(station):
    assert refused(
        lambda: LookBackRoundFactory(bureau=station.bureau, checkers=[PersonFactory()])
    ) == ["检查人员须是本局人员。"]


def test_the_same_round_is_ordered_once(round_of):
    first = round_of(title="上半年回头看")

    assert refused(lambda: round_of(title="上半年回头看")) == ["同一天已部署同名的检查。"]
    assert first.year == 2026


def test_sample_takes_what_is_ticked_and_leaves_what_is_not_shown(round_of, closed):
    one, two, three = closed(), closed(), closed()
    found = round_of()

    sample(found, one, two)
    number = sample(found, three, shown=[two.pk, three.pk])

    assert number == 2
    assert set(found.items.values_list("problem_id", flat=True)) == {one.pk, three.pk}


def test_sample_is_saved_twice_without_harm(round_of, closed):
    problem, found = closed(), round_of()

    sample(found, problem)

    assert sample(found, problem) == 1


def test_sample_refuses_what_is_not_closed_foreign_or_checked_elsewhere(
    round_of, closed, station, clerk, verifier
):
    still_open = ProblemFactory(unit=station)
    foreign = closed_problem(
        unit=UnitFactory(parent=BureauFactory()), submitted_by=clerk, closed_by=verifier
    )
    taken = closed()
    sample(round_of(), taken)
    found = round_of()

    assert refused(lambda: sample(found, still_open)) == [
        f"“{still_open.number} {still_open.title}”没有销号，不需要回头看。"
    ]
    assert refused(lambda: sample(found, foreign)) == ["所选的问题中有的不是本局的问题。"]
    assert refused(lambda: sample(found, taken)) == [
        f"“{taken.number} {taken.title}”已列入另一次检查，尚无结果。"
    ]
    assert not found.items.exists()


def test_sample_refuses_what_none_of_the_checkers_may_check(round_of, closed, station, clerk):
    problem = closed()
    found = round_of(PersonFactory(unit=station, user=clerk))

    (said,) = refused(lambda: sample(found, problem))
    name = f"“{problem.number} {problem.title}”"
    assert said == f"{name}由检查人员本人提交或核查，没有人可以检查，请增加检查人员。"


def test_who_submitted_or_verified_is_refused_item_by_item(
    round_of, closed, station, clerk, verifier
):
    problem = closed()
    submitter = PersonFactory(unit=station, user=clerk)
    closer = PersonFactory(unit=station, user=verifier)
    free = PersonFactory(unit=station)
    found = round_of(submitter, closer, free)
    sample(found, problem)

    assert refused(lambda: check(found, problem, checker=submitter)) == [
        "提交人不能检查自己提交的问题。"
    ]
    assert refused(lambda: check(found, problem, checker=closer)) == [
        "核查人不能再检查自己核查销号的问题。"
    ]
    assert check(found, problem, checker=free).checker == free


def test_what_did_not_hold_is_reopened(round_of, closed):
    held, relapsed = closed(), closed()
    found = round_of()
    sample(found, held, relapsed)

    check(found, held)
    check(found, relapsed, RELAPSED, note="又有新的缺口")

    held.refresh_from_db()
    relapsed.refresh_from_db()
    assert (held.state, held.reopened) == ("closed", 0)
    assert (relapsed.state, relapsed.reopened, relapsed.closed_on) == ("in_hand", 1, None)
    assert relapsed.moves.order_by("-pk").first().reason == "又有新的缺口"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"result": RELAPSED}, "不到位或者反弹的，须写明情况。"),
        ({"on": date(2026, 5, 31)}, "检查日期早于部署日期。"),
        ({"on": date(2026, 6, 11)}, "回头看日期应在销号日期与今天之间。"),
    ],
)
def test_checking_refuses(round_of, closed, how, said):
    problem, found = closed(), round_of()
    sample(found, problem)

    assert refused(lambda: check(found, problem, **how)) == [said]


def test_only_who_was_ordered_checks(round_of, closed, station):
    problem, found, other = closed(), round_of(), PersonFactory(unit=station, name="赵旁人")
    sample(found, problem)

    assert refused(lambda: check(found, problem, checker=other)) == [
        "赵旁人不是本次检查的检查人员。"
    ]


def test_of_two_who_check_one_item_the_second_is_told(round_of, closed, station):
    problem = closed()
    found = round_of(PersonFactory(unit=station, name="钱一"))
    sample(found, problem)
    check(found, problem)

    assert refused(lambda: check(found, problem, RELAPSED, note="反弹")) == [
        "该问题已有检查结果：钱一2026年6月10日认定为“巩固”。"
    ]
    assert problem.look_backs.count() == 1


def test_a_checked_item_stays_in_the_sample(round_of, closed):
    problem, other, found = closed(), closed(), round_of()
    sample(found, problem)
    check(found, problem)

    sample(found, other, shown=[problem.pk, other.pk])

    assert found.items.count() == 2


def end(found, conclusion="整改总体巩固", on=TODAY):
    return end_round(round_id=found.pk, on=on, conclusion=conclusion, today=TODAY)


def test_a_round_ends_when_every_item_has_its_result(round_of, closed):
    problem, found = closed(), round_of()

    assert refused(lambda: end(found)) == ["还没有选取检查的问题，不能结束。"]
    sample(found, problem)
    assert refused(lambda: end(found)) == ["还有问题没有检查结果，不能结束。"]
    check(found, problem)
    assert refused(lambda: end(found, conclusion="")) == ["请写明总体情况。"]
    end(found)

    found.refresh_from_db()
    assert (found.ended_on, found.conclusion) == (TODAY, "整改总体巩固")
    assert refused(lambda: end(found)) == ["该检查已经结束，不能再办理。"]
    assert refused(lambda: sample(found, problem)) == ["该检查已经结束，不能再办理。"]


def test_cancelling_keeps_what_was_found(round_of, closed):
    problem, found, user = closed(), round_of(), UserFactory()
    sample(found, problem)
    check(found, problem)

    assert refused(cancel_round, round_id=found.pk, because="", by=user, at=NOON) == [
        "请写明作废原因。"
    ]
    cancel_round(round_id=found.pk, because="重复部署", by=user, at=NOON)

    assert LookBackRound.objects.get().cancelled_because == "重复部署"
    assert problem.look_backs.count() == 1
    assert refused(lambda: end(found)) == ["该检查已作废，不能再办理。"]
    assert refused(cancel_round, round_id=found.pk, because="再", by=user, at=NOON) == [
        "该检查已作废。"
    ]


def test_who_has_checked_stays_a_checker(round_of, closed, station):
    problem, first, second = (
        closed(),
        PersonFactory(unit=station, name="钱一"),
        PersonFactory(unit=station),
    )
    found = round_of(first)
    sample(found, problem)
    check(found, problem)

    def edit(*checkers, ordered_on=date(2026, 6, 1)):
        draft = RoundDraft(
            bureau=station.bureau,
            title="回头看",
            ordered_on=ordered_on,
            due_on=date(2026, 7, 31),
            checkers=checkers,
        )
        return edit_round(round_id=found.pk, draft=draft, today=TODAY)

    assert refused(lambda: edit(second)) == ["钱一已录有检查结果，不能从检查人员中去掉。"]
    assert edit(first, second).due_on == date(2026, 7, 31)
    assert list(found.checkers.order_by("pk")) == [first, second]
