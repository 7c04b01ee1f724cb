from datetime import date

import pytest
from django.urls import reverse

from reports.domain.access import Role
from reports.models import MeetingKind, Schedule, ScheduleSet
from tests.factories import BureauFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def legal(client, bureau):
    client.force_login(
        member(Role.LEGAL_OFFICER, bureau), backend="reports.views.backend.LedgerBackend"
    )
    return client


@pytest.fixture
def kind():
    return MeetingKind.objects.create(code="briefing", name="法制通报会")


def errors_of(response):
    return {
        field: list(texts) for field, texts in response.context["adminform"].form.errors.items()
    }


def rule(kind, prefix="versions", **changes):
    given = {
        "first_day": "2026-01-01",
        "cadence": "month",
        "every": 1,
        "at_least": 1,
        "meeting_kind": kind.pk,
        "owed_by": "itself",
        "recording_days": 5,
        "counted_in": "times",
        "expected_evidence": ["minutes"],
        "legal_basis": "局发文件",
        "asked_by": "本局党委",
        **changes,
    }
    return {
        f"{prefix}-TOTAL_FORMS": 1,
        f"{prefix}-INITIAL_FORMS": 0,
        **{f"{prefix}-0-{name}": value for name, value in given.items()},
    }


def test_a_set_is_made_for_a_unit_of_the_scope_alone(legal, bureau):
    add = reverse("admin:reports_scheduleset_add")
    given = {"name": "四个一", "year_start_month": 1, "year_start_day": 1, "position": 0}

    refused = legal.post(add, {**given, "unit": BureauFactory().pk})
    made = legal.post(add, {**given, "unit": bureau.pk})

    assert list(errors_of(refused)) == ["unit"]
    assert made.status_code == 302, errors_of(made)
    assert ScheduleSet.objects.get().unit == bureau


def test_a_year_starts_on_day_1_to_28(legal, bureau):
    of = ScheduleSet.objects.create(unit=bureau, name="四个一")

    response = legal.post(
        reverse("admin:reports_scheduleset_change", args=[of.pk]),
        {
            "name": "四个一",
            "year_start_month": 11,
            "year_start_day": 29,
            "position": 0,
            "schedules-TOTAL_FORMS": 0,
            "schedules-INITIAL_FORMS": 0,
        },
    )

    assert "考核年度须从某月1日至28日之间的一天开始。" in str(errors_of(response))


def test_a_schedule_is_made_with_its_rule_and_planned(legal, bureau, kind):
    of = ScheduleSet.objects.create(unit=bureau, name="四个一")

    response = legal.post(
        reverse("admin:reports_schedule_add"),
        {"set": of.pk, "name": "每月通报", "words": "meeting", "position": 0, **rule(kind)},
    )

    assert response.status_code == 302, errors_of(response)
    schedule = Schedule.objects.get()
    version = schedule.versions.get()
    assert (version.first_day, version.expected_evidence) == (date(2026, 1, 1), ["minutes"])
    assert schedule.dues.filter(year=2026).count() == 12


def test_a_schedule_is_not_made_without_a_basis(legal, bureau, kind):
    of = ScheduleSet.objects.create(unit=bureau, name="四个一")

    response = legal.post(
        reverse("admin:reports_schedule_add"),
        {
            "set": of.pk,
            "name": "每月通报",
            "words": "meeting",
            "position": 0,
            **rule(kind, legal_basis=" ", make_up_days=3),
        },
    )

    assert response.status_code == 200
    assert Schedule.objects.count() == 0


def test_a_new_rule_starts_a_new_version_and_an_earlier_one_is_refused(legal, bureau, kind):
    of = ScheduleSet.objects.create(unit=bureau, name="四个一")
    base = {"name": "每月通报", "words": "meeting", "position": 0}
    legal.post(reverse("admin:reports_schedule_add"), {"set": of.pk, **base, **rule(kind)})
    schedule = Schedule.objects.get()
    change = reverse("admin:reports_schedule_change", args=[schedule.pk])
    page = legal.get(change)
    prefix = page.context["inline_admin_formsets"][1].formset.prefix
    still = {
        f"{f.formset.prefix}-{part}": f.formset.management_form.initial[part]
        for f in page.context["inline_admin_formsets"]
        for part in ("TOTAL_FORMS", "INITIAL_FORMS")
    }

    made = legal.post(change, base | still | rule(kind, prefix, first_day="2026-07-01", at_least=2))
    refused = legal.post(change, base | still | rule(kind, prefix, first_day="2025-07-01"))

    assert made.status_code == 302, errors_of(made)
    assert list(schedule.versions.order_by("first_day").values_list("at_least", flat=True)) == [
        1,
        2,
    ]
    assert errors_of(refused)["__all__"]
    assert "会议记录" in page.text
