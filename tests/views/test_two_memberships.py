"""Who reads many bureaus and works in one changes nothing in the others.

The role allows the act somewhere, and the record may be seen: only the place forbids it.
"""

from datetime import date
from types import SimpleNamespace

import pytest
from django.urls import reverse

from reports.domain.access import Role
from reports.models import MissDecision, ReportTemplate, Sentence, SheetRow, Source, Unit
from tests.factories import (
    NOON,
    AccountGivenFactory,
    AnnualReportFactory,
    AppointmentFactory,
    AssessmentFactory,
    AssessmentItemFactory,
    BureauFactory,
    CallItemFactory,
    CertificateFactory,
    CityFactory,
    CommentFactory,
    DeedFactory,
    DraftFactory,
    DueFactory,
    DutyListFactory,
    ExaminationFactory,
    HandInFactory,
    HonourFactory,
    ImportedTextFactory,
    IndicatorFactory,
    ItemProofFactory,
    KeptTextFactory,
    LookBackRoundFactory,
    MeasureFactory,
    MeetingFactory,
    MembershipFactory,
    OriginFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    PublicFormFactory,
    ReportTemplateFactory,
    ScheduleVersionFactory,
    SentenceFactory,
    SheetImportFactory,
    SheetRowFactory,
    SourceFactory,
    StaffingRuleFactory,
    SuperiorTaskFactory,
    UnitFactory,
    UserFactory,
    WorkRecordFactory,
    member,
)

pytestmark = pytest.mark.django_db

# Address → the record of the other bureau that it is opened for.
CHANGING = {
    "account-cancel": lambda unit: AccountGivenFactory(unit=unit, post=PostFactory()),
    "account-edit": lambda unit: AccountGivenFactory(unit=unit, post=PostFactory()),
    "appointment-edit": lambda unit: AppointmentFactory(unit=unit, person__unit=unit),
    "appointment-end": lambda unit: AppointmentFactory(unit=unit, person__unit=unit),
    "appointment-hand-over": lambda unit: AppointmentFactory(unit=unit, person__unit=unit),
    "certificate-cancel": lambda unit: CertificateFactory(person__unit=unit),
    "certificate-new": lambda unit: PersonFactory(unit=unit),
    "certificate-renew": lambda unit: CertificateFactory(person__unit=unit),
    "deed-cancel": lambda unit: DeedFactory(unit=unit, post=PostFactory()),
    "deed-edit": lambda unit: DeedFactory(unit=unit, post=PostFactory()),
    "duty-list-edit": lambda unit: DutyListFactory(unit=unit.bureau),
    "examination-cancel": lambda unit: ExaminationFactory(unit=unit),
    "examination-edit": lambda unit: ExaminationFactory(unit=unit),
    "examination-results": lambda unit: ExaminationFactory(unit=unit),
    "honour-edit": lambda unit: HonourFactory(bureau=unit.bureau),
    "indicator-edit": lambda unit: IndicatorFactory(unit=unit.bureau),
    "measure-edit": lambda unit: MeasureFactory(unit=unit),
    "meeting-cancel": lambda unit: MeetingFactory(unit=unit),
    "person-merge": lambda unit: PersonFactory(unit=unit),
    "problem-edit": lambda unit: ProblemFactory(unit=unit),
    "record-cancel": lambda unit: WorkRecordFactory(unit=unit),
    "record-edit": lambda unit: WorkRecordFactory(unit=unit),
    "round-edit": lambda unit: LookBackRoundFactory(bureau=unit.bureau),
    "staffing-rule-edit": lambda unit: StaffingRuleFactory(unit=unit.bureau),
    "staffing-rule-end": lambda unit: StaffingRuleFactory(unit=unit.bureau),
    "task-edit": lambda unit: SuperiorTaskFactory(unit=unit),
}


@pytest.fixture
def other():
    city = CityFactory()
    return UnitFactory(parent=BureauFactory(parent=city, name="西城分局"))


@pytest.fixture
def at_home_in_one(client, other):
    """A legal officer of one bureau who supervises them all."""
    city = other.bureau.parent
    user = member(Role.LEGAL_OFFICER, BureauFactory(parent=city, name="东城分局"))
    MembershipFactory(user=user, unit=city, role=Role.SUPERVISOR.value)
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    return client


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", CHANGING)
def test_a_record_of_another_bureau_is_seen_and_not_changed(at_home_in_one, other, name, method):
    address = reverse(f"reports:{name}", args=[CHANGING[name](other).pk])

    assert getattr(at_home_in_one, method)(address).status_code == 403


@pytest.mark.parametrize("name", CHANGING)
def test_the_same_page_opens_at_home(client, other, name):
    client.force_login(
        member(Role.LEGAL_OFFICER, other.bureau), backend="reports.views.backend.LedgerBackend"
    )
    address = reverse(f"reports:{name}", args=[CHANGING[name](other).pk])

    assert client.get(address).status_code == 200


# --- what belongs to a bureau as a whole ----------------------------------------------------------


def a_report(bureau):
    """A draft of the bureau with a sentence, a remark, a kept text and somebody it goes to."""
    typed = SentenceFactory(paragraph__section__report__bureau=bureau)
    section = typed.paragraph.section
    return SimpleNamespace(
        pk=section.report_id,
        section=section.pk,
        paragraph=typed.paragraph_id,
        sentence=typed.pk,
        remark=CommentFactory(paragraph=typed.paragraph).pk,
        kept=KeptTextFactory(section=section).pk,
        row=HandInFactory(report=section.report).pk,
    )


def a_signed_report(bureau):
    """A signed report with the published form that was begun of it."""
    signed = {"state": "signed", "signed_on": NOON.date(), "signer": PersonFactory(unit=bureau)}
    report = AnnualReportFactory(bureau=bureau, year=2024, **signed)
    said = SentenceFactory(paragraph__section__report=report)
    PublicFormFactory(report=report)
    return SimpleNamespace(pk=report.pk, sentence=said.pk)


def of(make, *names):
    """The keys of an address, of what is made for the bureau."""

    def keys(bureau):
        made = make(bureau)
        return [getattr(made, name) for name in names or ("pk",)]

    return keys


def a_step(step):
    return lambda bureau: [a_report(bureau).pk, step]


def a_miss(bureau):
    return [a_report(bureau).pk, ScheduleVersionFactory(schedule__set__unit=bureau).schedule_id]


def a_call_item(bureau):
    return CallItemFactory(call__unit=bureau)


def a_template(bureau):
    return ReportTemplateFactory(code=f"own-{bureau.pk}", unit=bureau)


def a_text(bureau):
    return ImportedTextFactory(bureau=bureau)


def a_draft(bureau):
    return DraftFactory(text__bureau=bureau)


def a_sheet(bureau):
    return SheetImportFactory(bureau=bureau, state="checked")


def a_volume(bureau):
    return AssessmentFactory(unit=bureau)


def an_item(bureau):
    return AssessmentItemFactory(assessment__unit=bureau)


def a_proof(bureau):
    return ItemProofFactory(item__assessment__unit=bureau)


# Address → the keys of the other bureau's report, volume, text or sheet, and how it is asked.
BOTH, POST = ("get", "post"), ("post",)
OF_THE_BUREAU = {
    "report-compile": (of(a_report), POST),
    "report-edit": (of(a_report), BOTH),
    "report-miss": (a_miss, POST),
    "report-formula": (of(a_report), BOTH),
    "report-call-edit": (of(a_call_item, "call_id"), BOTH),
    "report-call-tick": (of(a_call_item), POST),
    "report-template-edit": (of(a_template), BOTH),
    "report-sign": (of(a_report), BOTH),
    "report-step": (a_step("countersign"), BOTH),
    "report-correct": (of(a_signed_report), BOTH),
    "report-hand-ins": (of(a_report), POST),
    "report-hand-in": (of(a_report, "pk", "row"), BOTH),
    "report-section-edit": (of(a_report, "pk", "section"), BOTH),
    "report-comment": (of(a_report, "pk", "paragraph"), BOTH),
    "report-comment-settle": (of(a_report, "pk", "remark"), BOTH),
    "report-kept": (of(a_report, "pk", "kept"), POST),
    "report-sentence-link": (of(a_report, "pk", "sentence"), BOTH),
    "report-public-begin": (of(a_signed_report), POST),
    "report-public-cut": (of(a_signed_report, "pk", "sentence"), BOTH),
    "report-public-seen": (of(a_signed_report), POST),
    "report-public-check": (of(a_signed_report), BOTH),
    "report-public-back": (of(a_signed_report), BOTH),
    "report-public-publish": (of(a_signed_report), BOTH),
    "assessment-edit": (of(a_volume), BOTH),
    "assessment-import": (of(a_volume), BOTH),
    "assessment-item-new": (of(a_volume), BOTH),
    "assessment-item": (of(an_item), POST),
    "assessment-item-edit": (of(an_item), BOTH),
    "assessment-prove": (of(an_item), POST),
    "assessment-take-over": (of(an_item), POST),
    "assessment-unprove": (of(a_proof), POST),
    "export-bureau": (lambda bureau: [bureau.pk], BOTH),
    "import-text-preview": (of(a_text), BOTH),
    "import-text-at-once": (of(a_text), POST),
    "import-text-give-up": (of(a_text), POST),
    "import-text-reopen": (of(a_text), POST),
    "import-draft": (of(a_draft), POST),
    "import-sheet-columns": (of(a_sheet), BOTH),
    "import-sheet-check": (of(a_sheet), POST),
    "import-sheet-rows": (of(a_sheet), POST),
    "import-sheet-enter": (of(a_sheet), POST),
    "import-sheet-drop": (of(a_sheet), POST),
}


@pytest.mark.parametrize("name", OF_THE_BUREAU)
def test_what_is_another_bureaus_is_seen_and_not_changed(at_home_in_one, other, name):
    keys_of, methods = OF_THE_BUREAU[name]
    address = reverse(f"reports:{name}", args=keys_of(other.bureau))

    codes = [getattr(at_home_in_one, method)(address).status_code for method in methods]

    assert codes == [403] * len(methods)


@pytest.mark.parametrize("name", OF_THE_BUREAU)
def test_the_same_may_be_asked_at_home(client, other, name):
    client.force_login(
        member(Role.LEGAL_OFFICER, other.bureau), backend="reports.views.backend.LedgerBackend"
    )
    keys_of, methods = OF_THE_BUREAU[name]
    address = reverse(f"reports:{name}", args=keys_of(other.bureau))

    codes = {getattr(client, method)(address).status_code for method in methods}

    assert codes <= {200, 302}


@pytest.mark.parametrize(
    ("name", "field", "given"),
    [
        ("report-new", "bureau", {"year": 2024}),
        ("report-span-new", "bureau", {"span": "2024-01-01/2024-03-31"}),
        ("report-call-new", "unit", {"year": 2024, "issued_by": "区法治办"}),
        ("import-text-new", "bureau", {"kind": "report", "pasted": "甲"}),
    ],
)
def test_another_bureau_is_not_to_be_chosen(at_home_in_one, other, name, field, given):
    answer = at_home_in_one.post(reverse(f"reports:{name}"), {field: other.bureau_id, **given})

    assert answer.status_code == 200
    assert field in answer.context["form"].errors


def test_a_template_of_another_bureau_is_not_copied_for_ones_own(at_home_in_one, other):
    template = a_template(other.bureau)
    home = Unit.objects.get(name="东城分局")
    address = reverse("reports:report-template-copy", args=[template.pk])

    for bureau in (home, other.bureau):
        at_home_in_one.post(address, {"bureau": bureau.pk})

    assert list(ReportTemplate.objects.filter(unit__isnull=False)) == [template]


def test_only_what_one_may_bring_in_waits_where_imports_begin(at_home_in_one, other):
    home = Unit.objects.get(name="东城分局")
    mine, _theirs = a_text(home), a_text(other.bureau)
    sheet, _their_sheet = a_sheet(home), a_sheet(other.bureau)

    page = at_home_in_one.get(reverse("reports:imports"))

    assert list(page.context["texts"]) == [mine]
    assert list(page.context["sheets"]) == [sheet]
    assert list(page.context["bureaus"]) == [home]


# --- keys of something else -----------------------------------------------------------------------


@pytest.fixture
def at_home(client, other):
    """A legal officer of the bureau, and of no other."""
    client.force_login(
        member(Role.LEGAL_OFFICER, other.bureau), backend="reports.views.backend.LedgerBackend"
    )
    return client


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("report-section-edit", "section"),
        ("report-comment", "paragraph"),
        ("report-comment-settle", "remark"),
        ("report-kept", "kept"),
        ("report-hand-in", "row"),
        ("report-sentence-link", "sentence"),
    ],
)
def test_a_part_of_another_report_is_not_found_under_ones_own(at_home, other, name, part):
    mine, theirs = a_report(other.bureau), a_report(BureauFactory(parent=other.bureau.parent))
    address = reverse(f"reports:{name}", args=[mine.pk, getattr(theirs, part)])
    own = reverse(f"reports:{name}", args=[mine.pk, getattr(mine, part)])

    assert at_home.post(address).status_code == 404
    assert at_home.post(own).status_code in (200, 302)


def test_a_link_of_another_sentence_is_not_taken_off(at_home, other):
    mine, theirs = a_report(other.bureau), a_report(BureauFactory(parent=other.bureau.parent))
    source = SourceFactory(sentence_id=theirs.sentence, linked_by=UserFactory(), linked_at=NOON)
    address = reverse("reports:report-sentence-link", args=[mine.pk, mine.sentence])

    assert at_home.post(address, {"unlink": source.pk}).status_code == 404
    assert Source.objects.filter(pk=source.pk).exists()


def test_a_paragraph_of_another_report_is_neither_worded_nor_moved(at_home, other):
    mine, theirs = a_report(other.bureau), a_report(BureauFactory(parent=other.bureau.parent))
    before = Sentence.objects.get(pk=theirs.sentence).text
    address = reverse("reports:report-section-edit", args=[mine.pk, mine.section])
    form = at_home.get(address).context["form"]
    shown = {name: form[name].value() for name in form.fields if "remove" not in name}
    typed = {name: "" if value is None else value for name, value in shown.items()}
    forged = {
        f"text_{theirs.paragraph}": "他局文字。",
        f"initial-text_{theirs.paragraph}": before,
        f"remove_{theirs.paragraph}": "on",
        "shift": f"down:{theirs.paragraph}",
    }

    assert at_home.post(address, typed | forged).status_code == 302
    assert Sentence.objects.get(pk=theirs.sentence).text == before


def test_a_rule_of_another_bureau_is_not_decided_on(at_home, other):
    report, far = a_report(other.bureau), BureauFactory(parent=other.bureau.parent)
    rule = DueFactory(unit=far, schedule__set__unit=far).schedule
    address = reverse("reports:report-miss", args=[report.pk, rule.pk])

    at_home.post(address, {"admitted": "1", "cause": "无"})

    assert not MissDecision.objects.exists()


def test_rows_of_another_sheet_are_not_left_out(at_home, other):
    mine, theirs = a_sheet(other.bureau), a_sheet(BureauFactory(parent=other.bureau.parent))
    own, foreign = SheetRowFactory(sheet=mine), SheetRowFactory(sheet=theirs)
    address = reverse("reports:import-sheet-rows", args=[mine.pk])

    at_home.post(address, {"shown": [own.pk, foreign.pk]})

    left_out = SheetRow.objects.filter(is_left_out=True)
    assert list(left_out.values_list("pk", flat=True)) == [own.pk]


def test_a_volume_follows_none_of_another_bureau(at_home, other):
    foreign = AssessmentFactory(unit=BureauFactory(parent=other.bureau.parent), year=2025)
    given = {"title": "考核", "year": 2026, "basis": "", "follows": foreign.pk}

    answer = at_home.post(reverse("reports:assessment-new"), given)

    assert answer.status_code == 200
    assert "follows" in answer.context["form"].errors


def test_a_record_of_another_bureau_that_one_reads_proves_nothing_at_home(at_home_in_one, other):
    home = Unit.objects.get(name="东城分局")
    report, item = a_report(home), an_item(home)
    held = {"held_on": date(2026, 3, 4)}
    foreign = MeetingFactory(unit=other, **held)
    link = reverse("reports:report-sentence-link", args=[report.pk, report.sentence])

    proved = at_home_in_one.post(
        reverse("reports:assessment-prove", args=[item.pk]), {"kind": "meeting", "key": foreign.pk}
    )
    at_home_in_one.post(f"{link}?kind=meeting", {"records": f"meeting-{foreign.pk}"})

    assert proved.status_code == 404
    assert not item.proofs.exists()
    assert not Source.objects.exists()


def test_what_another_bureau_brought_in_about_a_person_is_not_quoted(at_home, other):
    far = BureauFactory(parent=other.bureau.parent)
    person = PersonFactory(unit=other)
    for bureau, quote in ((other.bureau, "本局的一句。"), (far, "他局的一句。")):
        served = AppointmentFactory(person=person, unit=bureau, post=PostFactory())
        draft = DraftFactory(text=a_text(bureau), found={"quote": quote, "paragraph": 1})
        OriginFactory(draft=draft, schedule=None, appointment=served)

    said = at_home.get(person.get_absolute_url()).content.decode()

    assert ("本局的一句。" in said, "他局的一句。" in said) == (True, False)
