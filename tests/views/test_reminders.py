"""Leave with a deputy, and how often mail is wanted: each person for herself."""

from datetime import date

import pytest
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Deputy, Reminder
from tests.factories import (
    BureauFactory,
    CityFactory,
    DeputyFactory,
    ReminderFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db
LEAVE, MAIL = "/account/leave/", "/account/reminder/"


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory())


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, ledger_from=None)


@pytest.fixture
def legal(bureau):
    return member(Role.LEGAL_OFFICER, bureau, user__first_name="周敏")


@pytest.fixture
def clerk(client, station):
    user = member(Role.CLERK, station, user__first_name="李峰")
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    client.user = user
    return client


def name(client, deputy, first="2026-06-15", last="2026-06-19"):
    return client.post(LEAVE, {"first_day": first, "last_day": last, "deputy": deputy.pk})


def test_a_deputy_is_named_for_some_days(clerk, legal):
    answer = name(clerk, legal)

    assert answer["Location"] == LEAVE
    row = Deputy.objects.get()
    assert (row.user, row.deputy, row.recorded_by) == (clerk.user, legal, clerk.user)
    assert (row.first_day, row.last_day) == (date(2026, 6, 15), date(2026, 6, 19))
    assert "由周敏代办" in clerk.get(LEAVE).content.decode()


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        ("2026-06-15", "2026-06-14", {"last_day": ["截止日期早于起始日期。"]}),
        ("2026-06-01", "2026-06-09", {"last_day": ["这段时间已经过去。"]}),
        ("2026-06-15", "2027-07-01", {"__all__": ["代办时间最长一年，请核对日期。"]}),
    ],
)
def test_days_that_make_no_sense_are_refused(clerk, legal, first, last, reason):
    response = name(clerk, legal, first, last)

    assert response.context["form"].errors == reason
    assert response.context["form"]["first_day"].value() == first
    assert Deputy.objects.count() == 0


def test_who_may_not_do_it_cannot_stand_in(clerk, bureau):
    inspector = member(Role.INSPECTOR, bureau)

    response = name(clerk, inspector)

    assert response.context["form"].errors == {
        "__all__": [
            "所选人员在您的单位没有办理这些事项的权限，不能代办；请另选，或先由安全管理员授权。"
        ]
    }


def test_people_of_other_bureaus_and_oneself_are_no_choice(clerk, legal, station):
    colleague = member(Role.CLERK, station)
    member(Role.LEGAL_OFFICER, BureauFactory())

    field = clerk.get(LEAVE).context["form"].fields["deputy"]

    assert set(field.queryset) == {legal, colleague}


def test_one_deputy_at_a_time_who_is_not_away(clerk, legal, station):
    colleague = member(Role.CLERK, station)
    DeputyFactory(user=legal, deputy=colleague, last_day=date(2026, 6, 15))
    name(clerk, colleague, "2026-06-18", "2026-06-19")

    away = name(clerk, legal, "2026-06-15", "2026-06-16")
    twice = name(clerk, colleague, "2026-06-19", "2026-06-22")

    assert away.context["form"].errors == {"__all__": ["所选人员这段时间也请假，请另选。"]}
    assert twice.context["form"].errors == {"__all__": ["这段时间里已经指定了代办人，请先取消。"]}


def test_a_leave_not_begun_goes_and_one_that_runs_ends_yesterday(clerk, legal):
    later = DeputyFactory(
        user=clerk.user, deputy=legal, first_day=date(2026, 6, 15), last_day=date(2026, 6, 19)
    )
    running = DeputyFactory(user=clerk.user, deputy=legal)

    for row in (later, running, running):
        clerk.post(reverse("reports:leave-cancel", args=[row.pk]))

    running.refresh_from_db()
    assert running.last_day == date(2026, 6, 9)
    assert not Deputy.objects.filter(pk=later.pk).exists()
    assert list(Deputy.history.filter(id=later.pk).values_list("history_type", flat=True)) == [
        "-",
        "+",
    ]


def test_the_leave_of_others_does_not_exist_here(clerk, legal, station):
    other = DeputyFactory(user=legal, deputy=clerk.user)

    answer = clerk.post(reverse("reports:leave-cancel", args=[other.pk]))

    assert answer.status_code == 404
    assert Deputy.objects.get() == other


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_leave_takes_the_same_queries(clerk, legal, django_assert_num_queries, rows):
    for n in range(rows):
        DeputyFactory(
            user=clerk.user,
            deputy=legal,
            first_day=date(2026, 7, 1 + n),
            last_day=date(2026, 7, 1 + n),
        )
        DeputyFactory(
            user=legal, deputy=clerk.user, first_day=date(2026, 8, 1), last_day=date(2026, 8, 2)
        )
    clerk.get(LEAVE)

    with django_assert_num_queries(7):
        clerk.get(LEAVE)


def test_how_often_mail_is_wanted_is_kept(clerk):
    clerk.user.email = "li@example.org"
    clerk.user.save()
    before = clerk.get(MAIL).context["form"]["how_often"].value()

    answer = clerk.post(MAIL, {"how_often": "weekly"})

    assert (before, answer["Location"]) == ("never", MAIL)
    assert Reminder.objects.get(user=clerk.user).how_often == "weekly"
    assert clerk.get(MAIL).context["form"]["how_often"].value() == "weekly"


@pytest.mark.parametrize("address", [LEAVE, MAIL])
def test_the_forms_carry_their_token(clerk, address):
    page = clerk.get(address).content.decode().split("<main", 1)[1]

    assert page.count('name="csrfmiddlewaretoken"') == 1


def test_without_an_address_there_is_no_mail(clerk):
    ReminderFactory(user=clerk.user)

    refused = clerk.post(MAIL, {"how_often": "daily"})
    never = clerk.post(MAIL, {"how_often": "never"})

    assert refused.context["form"].errors == {
        "__all__": ["您的账号没有登记电子邮箱，请先由系统管理员登记。"]
    }
    assert never.status_code == 302
    assert Reminder.objects.get().how_often == "never"
