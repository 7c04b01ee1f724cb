"""The admin: who opens what, what a refusal looks like, how many queries a page costs."""

from datetime import date

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from reports.domain.access import Role
from reports.models import (
    Appointment,
    BureauSetting,
    Holiday,
    Membership,
    Person,
    Post,
    Unit,
    UnitKind,
)
from tests.factories import (
    AppointmentFactory,
    BureauFactory,
    BureauSettingFactory,
    CertificateFactory,
    CityFactory,
    HolidayFactory,
    MembershipFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
    UnitKindFactory,
    UnitNameFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db

LIMIT = 20


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def enter(client, bureau):
    """Log in with a role at the bureau (administrators: at the city)."""

    def log_in(role, unit=None):
        user = member(role, unit or bureau)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


def pages():
    return [
        (model._meta.app_label, model._meta.model_name)
        for model in admin.site._registry
        if model._meta.app_label != "axes"
    ]


def listing(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def adding(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def changing(obj):
    meta = obj._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[obj.pk])


def errors_of(response):
    """What the form says, by field."""
    form = response.context["adminform"].form
    return {field: list(texts) for field, texts in form.errors.items()}


# ── Who opens it ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", [Role.CLERK, Role.INSPECTOR, Role.LEADER, Role.SUPERVISOR])
@pytest.mark.parametrize("name", ["index", "reports_unit_changelist", "jsi18n", "autocomplete"])
def test_others_are_told_that_nothing_is_theirs(enter, role, name):
    response = enter(role).get(reverse(f"admin:{name}"))

    assert response.status_code == 403
    assert "您的角色没有后台管理事项。" in response.text


def test_nobody_comes_in_without_login(client, bureau):
    response = client.get(reverse("admin:index"), follow=True)

    assert response.redirect_chain[-1][0] == "/login/?next=/admin/"


OPENS = {
    Role.LEGAL_OFFICER: {
        "agendakind",
        "appointment",
        "bureausetting",
        "causekind",
        "certificatekind",
        "columnname",
        "examination",
        "formula",
        "holiday",
        "honour",
        "indicator",
        "issuingoffice",
        "meetingkind",
        "person",
        "post",
        "problemrule",
        "problemsource",
        "problemtheme",
        "recordkind",
        "reportheading",
        "schedule",
        "scheduleset",
        "secrecypattern",
        "staffingrule",
        "sumrule",
        "unit",
        "unitkind",
        "user",
        "wordingrule",
    },
    Role.SYSTEM_ADMIN: {
        "agendakind",
        "causekind",
        "certificatekind",
        "columnname",
        "formula",
        "holiday",
        "indicator",
        "issuingoffice",
        "meetingkind",
        "post",
        "problemrule",
        "problemsource",
        "problemtheme",
        "recordkind",
        "reportheading",
        "secrecypattern",
        "staffingrule",
        "sumrule",
        "unit",
        "unitkind",
        "user",
        "wordingrule",
    },
    Role.SECURITY_ADMIN: {"membership", "unit", "unitkind", "user"},
}
WRITES = {
    Role.LEGAL_OFFICER: OPENS[Role.LEGAL_OFFICER]
    - {
        *("agendakind", "causekind", "certificatekind", "holiday", "meetingkind", "post"),
        *("indicator", "problemrule", "recordkind", "reportheading", "sumrule"),
        *("problemsource", "problemtheme", "unitkind", "user"),
        *("columnname", "formula", "secrecypattern", "wordingrule"),
    },
    Role.SYSTEM_ADMIN: OPENS[Role.SYSTEM_ADMIN] - {"holiday"},
    Role.SECURITY_ADMIN: {"membership"},
}


@pytest.mark.parametrize("role", list(OPENS), ids=str)
@pytest.mark.parametrize("page", pages(), ids="-".join)
def test_a_role_opens_its_pages_and_no_others(enter, role, page):
    client = enter(role)
    app, name = page

    seen = client.get(reverse(f"admin:{app}_{name}_changelist")).status_code
    added = client.get(reverse(f"admin:{app}_{name}_add")).status_code

    assert seen == (200 if name in OPENS[role] else 403)
    assert added == (200 if name in WRITES[role] else 403)


def test_the_index_speaks_chinese(enter):
    response = enter(Role.LEGAL_OFFICER).get(reverse("admin:index"))

    assert "后台管理" in response.text
    assert "人员" in response.text
    assert "'unsafe" not in response.headers["Content-Security-Policy"]


# ── Within the scope ─────────────────────────────────────────────────────────────────────────


def test_the_legal_officer_sees_her_bureau_alone(enter, bureau):
    own = UnitFactory(parent=bureau, name="本局派出所")
    other = UnitFactory(name="外局派出所")
    client = enter(Role.LEGAL_OFFICER)

    shown = client.get(listing(Unit)).context["cl"].result_list

    assert list(shown) == [bureau, own]
    assert client.get(changing(own)).status_code == 200
    assert client.get(changing(other)).status_code == 404


def test_the_system_administrator_sees_top_units_and_bureaus(enter, bureau):
    city = CityFactory()
    UnitFactory(parent=bureau)

    shown = enter(Role.SYSTEM_ADMIN).get(listing(Unit)).context["cl"].result_list

    assert set(shown) == {bureau, city}


def test_choices_come_from_the_scope(enter, bureau):
    own = PersonFactory(unit__parent=bureau, unit__name="一所", name="张某某")
    PersonFactory(name="张某外")

    found = enter(Role.LEGAL_OFFICER).get(
        reverse("admin:autocomplete"),
        {
            "term": "张某",
            "app_label": "reports",
            "model_name": "appointment",
            "field_name": "person",
        },
    )

    assert found.json()["results"] == [{"id": str(own.pk), "text": "张某某（一所）"}]


def test_a_person_of_another_bureau_is_no_choice(enter, bureau):
    unit, post, outsider = UnitFactory(parent=bureau), PostFactory(), PersonFactory()

    response = enter(Role.LEGAL_OFFICER).post(
        adding(Appointment),
        {"person": outsider.pk, "unit": unit.pk, "post": post.pk, "first_day": "2026-06-01"},
    )

    assert list(errors_of(response)) == ["person"]
    assert Appointment.objects.count() == 0


def test_initials_find_a_unit(enter, bureau):
    unit = UnitFactory(parent=bureau, name="西关派出所")

    shown = enter(Role.LEGAL_OFFICER).get(listing(Unit), {"q": "xgpcs"}).context["cl"].result_list

    assert list(shown) == [unit]


# ── Actions and refusals behind the buttons ──────────────────────────────────────────────────


def test_nothing_can_be_deleted(enter, bureau):
    unit = UnitFactory(parent=bureau)
    client = enter(Role.LEGAL_OFFICER)

    gone = client.post(reverse("admin:reports_unit_delete", args=[unit.pk]), {"post": "yes"})

    assert gone.status_code == 403
    assert Unit.objects.filter(pk=unit.pk).exists()
    assert "delete_selected" not in client.get(listing(Unit)).text


def term_of(held, **changes):
    return {
        "person": held.person_id,
        "unit": held.unit_id,
        "post": held.post_id,
        "first_day": "2026-06-01",
        "last_day": "",
        "document_number": "",
        **changes,
    }


def test_no_second_holder_through_the_admin(enter, bureau):
    held = AppointmentFactory(person__unit__parent=bureau, person__name="张某某")
    other = PersonFactory(unit=held.unit, name="李某某")

    response = enter(Role.LEGAL_OFFICER).post(
        adding(Appointment), term_of(held, person=other.pk, acting="on", document_number="x1")
    )

    assert response.status_code == 200
    assert errors_of(response) == {
        "first_day": [f"“{held.unit}”的“所长”自2025年1月1日起由张某某担任，请先填写其免职日期。"]
    }
    assert "请先填写其免职日期。" in response.text
    assert 'value="x1"' in response.text
    assert Appointment.objects.count() == 1


def test_a_corrected_term_may_not_overlap_through_the_admin(enter, bureau):
    first = AppointmentFactory(person__unit__parent=bureau, last_day=date(2025, 12, 31))
    AppointmentFactory(person__unit=first.unit, post=first.post, first_day=date(2026, 1, 1))

    response = enter(Role.LEGAL_OFFICER).post(
        changing(first), {"first_day": "2025-01-01", "last_day": ""}
    )

    assert list(errors_of(response)) == ["last_day"]
    first.refresh_from_db()
    assert first.last_day == date(2025, 12, 31)


def test_appointing_and_handing_over(enter, bureau):
    held = AppointmentFactory(person__unit__parent=bureau)
    other = PersonFactory(unit=held.unit)
    client = enter(Role.LEGAL_OFFICER)

    response = client.post(
        changing(held),
        {"first_day": "2025-01-01", "handed_to": other.pk, "handed_on": "2026-06-01"},
    )

    assert response.status_code == 302, errors_of(response)
    assert list(
        Appointment.objects.order_by("first_day").values_list("person", "first_day", "last_day")
    ) == [
        (held.person_id, date(2025, 1, 1), date(2026, 5, 31)),
        (other.pk, date(2026, 6, 1), None),
    ]


def test_a_unit_is_made_with_its_place(enter, bureau):
    kind = UnitKindFactory()

    response = enter(Role.LEGAL_OFFICER).post(
        adding(Unit),
        {"parent": bureau.pk, "name": "新派出所", "kind": kind.pk, "position": 10},
    )

    assert response.status_code == 302, errors_of(response)
    unit = Unit.objects.get(name="新派出所")
    assert (unit.bureau, unit.depth) == (bureau, 1)
    assert "xpcs" in unit.initials.split()
    assert unit.path.startswith(bureau.path)
    assert unit.history.get().history_user == User.objects.get()


def test_a_circle_is_refused_beside_its_field(enter, bureau):
    unit = UnitFactory(parent=bureau)
    below = UnitFactory(parent=unit)

    response = enter(Role.LEGAL_OFFICER).post(
        changing(unit),
        {
            "name": unit.name,
            "kind": unit.kind_id,
            "position": unit.position,
            "parent": below.pk,
            "moved_on": "2026-06-01",
            **no_rows("earlier_names"),
        },
    )

    assert errors_of(response) == {"moved_on": ["不能移到自己或自己的下级单位之下。"]}


def no_rows(prefix):
    return {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}


def test_a_unit_is_renamed_and_closed(enter, bureau):
    unit = UnitFactory(parent=bureau, name="城关派出所")

    response = enter(Role.LEGAL_OFFICER).post(
        changing(unit),
        {
            "name": "东关派出所",
            "renamed_on": "2026-05-01",
            "kind": unit.kind_id,
            "position": unit.position,
            "parent": bureau.pk,
            "closed_on": "2026-06-10",
            **no_rows("earlier_names"),
        },
    )

    assert response.status_code == 302, errors_of(response)
    unit.refresh_from_db()
    assert (unit.name, unit.closed_on) == ("东关派出所", date(2026, 6, 10))
    assert unit.earlier_names.get().name == "城关派出所"


def test_a_unit_is_merged_into_another(enter, bureau):
    unit, into = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    page = {
        "name": unit.name,
        "kind": unit.kind_id,
        "position": unit.position,
        "parent": bureau.pk,
        "merged_into": into.pk,
        **no_rows("earlier_names"),
    }
    client = enter(Role.LEGAL_OFFICER)

    lacking = client.post(changing(unit), page)
    response = client.post(changing(unit), page | {"closed_on": "2026-05-31"})

    assert errors_of(lacking) == {"closed_on": ["并入其他单位的，须填写停用日期。"]}
    assert response.status_code == 302, errors_of(response)
    unit.refresh_from_db()
    assert (unit.succeeded_by, unit.closed_on) == (into, date(2026, 5, 31))


def test_a_merging_that_is_refused_says_why(enter, bureau):
    unit = UnitFactory(parent=bureau)
    into = UnitFactory(parent=bureau, closed_on=date(2026, 5, 31))

    response = enter(Role.LEGAL_OFFICER).post(
        changing(unit),
        {
            "name": unit.name,
            "kind": unit.kind_id,
            "position": unit.position,
            "parent": bureau.pk,
            "merged_into": into.pk,
            "closed_on": "2026-05-31",
            **no_rows("earlier_names"),
        },
    )

    assert errors_of(response) == {"merged_into": ["并入单位在合并之日的次日不存在。"]}


def test_a_future_closing_is_refused(enter, bureau):
    unit = UnitFactory(parent=bureau)

    response = enter(Role.LEGAL_OFFICER).post(
        changing(unit),
        {
            "name": unit.name,
            "kind": unit.kind_id,
            "position": unit.position,
            "parent": bureau.pk,
            "closed_on": "2026-06-11",
            **no_rows("earlier_names"),
        },
    )

    assert errors_of(response) == {"closed_on": ["停用日期不能晚于今天。"]}


def test_the_legal_officer_sets_only_the_ledger_of_her_bureau(enter, bureau):
    response = enter(Role.LEGAL_OFFICER).post(
        changing(bureau),
        {"name": "改名", "short_name": "东城", "ledger_from": "2026-01-01"}
        | no_rows("earlier_names"),
    )

    assert response.status_code == 302, errors_of(response)
    bureau.refresh_from_db()
    assert (bureau.name, bureau.short_name, bureau.ledger_from) == (
        "东城分局",
        "东城",
        date(2026, 1, 1),
    )


def test_a_person_is_made_and_leaves(enter, bureau):
    unit = UnitFactory(parent=bureau)
    client = enter(Role.LEGAL_OFFICER)

    client.post(adding(Person), {"name": "张某某", "unit": unit.pk, "kind": "police"})
    person = Person.objects.get()
    assert person.initials == "zmm"

    response = client.post(
        changing(person),
        {
            "name": "张某某",
            "unit": unit.pk,
            "kind": "police",
            "left_on": "2026-06-11",
            **no_rows("appointments"),
            **no_rows("certificates"),
        },
    )
    assert errors_of(response) == {"left_on": ["离任日期不能晚于今天。"]}


def test_security_grants_and_withdraws(enter):
    client = enter(Role.SECURITY_ADMIN, CityFactory())
    user, unit = UserFactory(), UnitFactory()

    client.post(adding(Membership), {"user": user.pk, "unit": unit.pk, "role": "clerk"})
    row = Membership.objects.get(user=user)
    response = client.post(
        listing(Membership), {"action": "withdraw", "_selected_action": [row.pk]}, follow=True
    )

    row.refresh_from_db()
    assert row.last_day == date(2026, 6, 9)
    assert "已撤销1项权限。" in response.text


def test_security_cannot_grant_to_herself_nor_to_an_administrator(enter):
    client = enter(Role.SECURITY_ADMIN, CityFactory())
    herself = User.objects.get()
    system = member(Role.SYSTEM_ADMIN, CityFactory())
    unit = UnitFactory()

    for user, sentence in [
        (herself, "不能给自己授权。"),
        (system, "“内勤”与“系统管理员”须由不同的人担任。"),
    ]:
        response = client.post(
            adding(Membership), {"user": user.pk, "unit": unit.pk, "role": "clerk"}
        )
        assert sentence in errors_of(response)["role"]
    assert Membership.objects.count() == 2


def test_a_login_shows_its_password_once(enter):
    client = enter(Role.SYSTEM_ADMIN, CityFactory())

    response = client.post(adding(User), {"username": "zhangsan", "first_name": "张某某"})

    user = User.objects.get(username="zhangsan")
    password = response.context["login"].password
    assert password in response.text
    assert "no-store" in response.headers["Cache-Control"]
    assert user.check_password(password)

    again = client.post(reverse("admin:auth_user_reset", args=[user.pk]))
    user.refresh_from_db()
    assert user.check_password(again.context["login"].password)
    assert not user.check_password(password)


def test_a_login_is_closed(enter):
    client = enter(Role.SYSTEM_ADMIN, CityFactory())
    user = UserFactory()

    client.post(changing(user), {"first_name": ""})

    user.refresh_from_db()
    assert not user.is_active


def test_holidays_are_looked_up_and_changed_elsewhere(enter):
    HolidayFactory(day=date(2026, 2, 17))
    client = enter(Role.SYSTEM_ADMIN, CityFactory())

    page = client.get(listing(Holiday))

    assert 'href="/holidays/"' in page.text
    assert list(page.context["cl"].result_list) == [Holiday.objects.get()]
    assert client.get(reverse("admin:reports_holiday_add")).status_code == 403


def test_the_history_is_readable(enter, bureau):
    unit = UnitFactory(parent=bureau)
    client = enter(Role.LEGAL_OFFICER)
    unit.grade = "一类"
    unit.save()

    response = client.get(reverse("admin:reports_unit_history", args=[unit.pk]))

    change = response.context["changes"][0]
    assert (change.field, change.before, change.after) == ("等级", "", "一类")


# ── What a page costs ────────────────────────────────────────────────────────────────────────


def fill(bureau, rows):
    """Rows of everything, and one object of each page that has many rows hanging on it."""
    unit = UnitFactory(parent=bureau)
    post = PostFactory(code="counsel", single_holder=False)
    person = PersonFactory(unit=unit)
    user = UserFactory()
    made = [unit, person, bureau]
    for n in range(rows):
        station = UnitFactory(parent=bureau, name=f"{n}所")
        UnitNameFactory(unit=unit, name=f"旧{n}")
        AppointmentFactory(person=person, unit=station, post=post)
        CertificateFactory(person=person, number=str(n))
        someone = PersonFactory(unit=station, user=MembershipFactory(unit=station).user)
        made.append(AppointmentFactory(person=someone, post=post, unit=station))
        HolidayFactory(day=date(2026, 3, 1 + n))
    return {Unit: unit, Person: person, Appointment: made[-1], Post: post, User: user}


@pytest.mark.parametrize("role", [Role.LEGAL_OFFICER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
@pytest.mark.parametrize("rows", [1, 30])
def test_no_list_above_twenty_queries(enter, bureau, role, rows, django_assert_max_num_queries):
    fill(bureau, rows)
    client = enter(role)

    for app, name in pages():
        if name not in OPENS[role]:
            continue
        for address in (
            reverse(f"admin:{app}_{name}_changelist"),
            reverse(f"admin:{app}_{name}_changelist") + "?q=a",
        ):
            with django_assert_max_num_queries(LIMIT):
                assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("rows", [1, 30])
def test_no_form_above_twenty_queries(enter, bureau, rows, django_assert_max_num_queries):
    made = fill(bureau, rows)
    client = enter(Role.LEGAL_OFFICER)

    for obj in (made[Unit], made[Person], made[Appointment], made[Post], bureau):
        for address in (changing(obj), f"{changing(obj).removesuffix('change/')}history/"):
            with django_assert_max_num_queries(LIMIT):
                assert client.get(address).status_code == 200, address


def test_every_foreign_key_is_chosen_by_typing():
    lacking = [
        f"{model.__name__}.{field.name}"
        for model, page in admin.site._registry.items()
        for field in model._meta.get_fields()
        if field.many_to_one
        and field.concrete
        and field.editable
        and field.name not in page.autocomplete_fields
    ]

    assert lacking == []


def test_kinds_are_read_by_legal_and_written_by_the_system(enter, bureau):
    kind = UnitKindFactory(code="squad", name="大队")

    enter(Role.SYSTEM_ADMIN, CityFactory()).post(
        changing(kind), {"code": "squad", "name": "大队", "files_report": "on", "position": 0}
    )

    assert UnitKind.objects.get(code="squad").files_report


def test_a_post_stays_single_only_without_overlap(enter, bureau):
    post = PostFactory(code="counsel", single_holder=False)
    held = AppointmentFactory(post=post)
    AppointmentFactory(post=post, unit=held.unit)

    response = enter(Role.SYSTEM_ADMIN, CityFactory()).post(
        changing(post),
        {"code": "counsel", "name": "法律顾问", "single_holder": "on", "position": 0},
    )

    assert list(errors_of(response)) == ["single_holder"]
    assert not Post.objects.get().single_holder


# --- how a bureau wants its ledger kept ---------------------------------------------------------


def test_a_legal_officer_sets_what_her_own_bureau_wants(enter, bureau):
    station = UnitFactory(parent=bureau)
    foreign = BureauSettingFactory()
    client = enter(Role.LEGAL_OFFICER)
    add = reverse("admin:reports_bureausetting_add")

    refused = [
        client.post(add, {"bureau": pk, "auxiliary_waits": "on"})
        for pk in (station.pk, foreign.bureau_id)
    ]
    kept = client.post(add, {"bureau": bureau.pk, "auxiliary_waits": "on"})

    assert [list(r.context["adminform"].form.errors) for r in refused] == [["bureau"]] * 2
    assert kept.status_code == 302
    assert BureauSetting.objects.get(bureau=bureau).auxiliary_waits is True
    shown = client.get(reverse("admin:reports_bureausetting_changelist"))
    assert [row.bureau for row in shown.context["cl"].result_list] == [bureau]
    theirs = reverse("admin:reports_bureausetting_change", args=[foreign.pk])
    assert client.get(theirs).status_code == 404
