"""The pages on which a published text is confirmed, draft by draft."""

import os
import re
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.actions.beginning import lay_problem_words
from reports.actions.delivered import lay_posts
from reports.domain.access import Role
from reports.domain.imports import DraftKind
from reports.models import (
    Draft,
    Due,
    ImportedText,
    Measure,
    Origin,
    Problem,
    Schedule,
)
from tests.factories import (
    NOON,
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    DraftFactory,
    FigureFactory,
    HonourFactory,
    ImportedTextFactory,
    IndicatorFactory,
    MeasureFactory,
    OriginFactory,
    PostFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    member,
)
from tests.pages import Form
from tests.texts import NOTICE, REPORT

pytestmark = pytest.mark.django_db
NEW, LIST = "/imports/texts/new/", "/imports/texts/"
# session, user, scope, what waits; text, its drafts, those shown, what they may be merged with
QUERIES_OF_TEXT = 8
SAMPLES = os.environ.get("SAMPLE_TEXTS")


@pytest.fixture
def bureau():
    """A bureau on its first day."""
    UnitKindFactory(code="station", name="派出所")
    UnitKindFactory(code="squad", name="大队")
    UnitKindFactory(code="committee", name="会议机构", is_body=True)
    lay_problem_words()
    PostFactory(code="first_person")
    return BureauFactory(parent=CityFactory(), name="河西分局", ledger_from=None)


@pytest.fixture
def officer(client, bureau):
    client.user = member(Role.LEGAL_OFFICER, bureau)
    client.force_login(client.user, backend="reports.views.backend.LedgerBackend")
    return client


def upload(client, bureau, text=REPORT, *, name="报告.txt", kind="report"):
    data = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile(name, data)
    return client.post(NEW, {"kind": kind, "bureau": bureau.pk, "file": file})


@pytest.fixture
def text(officer, bureau):
    upload(officer, bureau)
    return ImportedText.objects.get()


def only(text, kind, number=0):
    return list(text.drafts.filter(kind=kind.value).order_by("position"))[number]


def page_of(client, text, **query):
    return client.get(text.get_absolute_url(), query)


def decide(client, draft, decision, **more):
    address = reverse("reports:import-draft", args=[draft.pk])
    return client.post(address, {"decision": decision, "seen": ""} | more)


def take_all(client, text):
    for kind in DraftKind:
        page = page_of(client, text, kind=kind.value)
        plan = page.context["plan"]
        if page.context["kind"] == kind and plan.number:
            shown = f"{len(plan.new)}/{len(plan.merged)}"
            address = reverse("reports:import-text-at-once", args=[text.pk])
            client.post(address, {"kind": kind.value, "shown": shown})


def enter(client, text, **data):
    return client.post(reverse("reports:import-text-preview", args=[text.pk]), data)


# --- bringing in ---------------------------------------------------------------------------------


def test_uploaded_report_leads_to_its_page(officer, bureau):
    answer = upload(officer, bureau)

    text = ImportedText.objects.get()
    assert (answer.status_code, answer.url) == (302, text.get_absolute_url())
    assert (text.text, text.file_name, text.recorded_by) == (REPORT, "报告.txt", officer.user)


def test_pasted_text_is_read_like_a_file(officer, bureau):
    data = {"kind": "notice", "bureau": bureau.pk, "pasted": NOTICE.replace("\n", "\r\n")}

    officer.post(NEW, data)

    assert ImportedText.objects.get().text == NOTICE.strip()


@pytest.mark.parametrize(
    ("name", "data", "kind", "reason"),
    [
        ("报告.txt", "今天天气很好。", "report", "没有读到法治政府建设年度报告的标题和各个部分。"),
        ("报告.txt", NOTICE, "report", "这是整改情况通报，请按整改通报导入。"),
        ("报告.docx", b"PK\x03\x04 rotten", "report", "文档已损坏，无法打开。"),
        ("报告.pdf", b"%PDF-1.7", "report", "这是 PDF 文件，请改用 .docx、.txt 或 .html。"),
    ],
)
def test_what_is_no_such_text_says_why_and_is_not_kept(officer, bureau, name, data, kind, reason):
    answer = upload(officer, bureau, data, name=name, kind=kind)

    assert answer.context["form"].errors["file"] == [reason]
    assert not ImportedText.objects.exists()


def test_neither_file_nor_text_is_said_beside_the_field(officer, bureau):
    answer = officer.post(NEW, {"kind": "report", "bureau": bureau.pk})

    assert answer.context["form"].errors == {"file": ["请上传文件，或者粘贴全文。"]}


def test_same_text_again_leads_to_the_one_that_is_there(officer, bureau, text):
    answer = upload(officer, bureau, name="另存.txt")

    assert answer.url == text.get_absolute_url()
    assert ImportedText.objects.count() == 1
    said = officer.get(answer.url).content.decode()
    assert "这份文本已经导入过，没有重复列出条目。" in said


def test_of_another_bureau_no_text_is_brought_in(officer, bureau):
    answer = upload(officer, BureauFactory(parent=bureau.parent, name="河东分局"))

    assert "bureau" in answer.context["form"].errors


def test_home_names_both_ways_in(officer):
    said = officer.get("/imports/").content.decode()

    assert [word in said for word in ("已公布的报告、整改情况通报", "<h2>表格</h2>")] == [True] * 2


def test_menu_leads_whoever_may_there(officer, client, bureau):
    may = 'href="/imports/"' in officer.get("/problems/").content.decode()
    client.force_login(member(Role.INSPECTOR, bureau))

    assert (may, 'href="/imports/"' in client.get("/problems/").content.decode()) == (True, False)


# --- the page ------------------------------------------------------------------------------------


def test_text_and_drafts_open_each_other(officer, text):
    draft = only(text, DraftKind.SCHEDULE)

    said = page_of(officer, text, draft=draft.pk).content.decode()

    assert f'class="place own now" id="s-{draft.pk}">每周一次法制讲评会<a class="to-draft"' in said
    assert f'href="?draft={draft.pk}#draft-{draft.pk}"' in said
    assert f'id="draft-{draft.pk}"' in said
    assert said.count(f'href="#s-{draft.pk}"') == 2


def test_text_is_shown_word_for_word(officer, text):
    said = page_of(officer, text).content.decode()

    words = re.search(r'<div class="words"[^>]*>(.*?)</div>', said, re.DOTALL)[1]
    words = re.sub(r'<a class="to-draft".*?</a>', "", words)
    assert re.sub(r"<[^>]+>", "", words) == REPORT


def test_markup_in_a_text_stays_text(officer, bureau):
    upload(officer, bureau, REPORT.replace("成效明显", "") + "<script>alert(1)</script>")

    said = page_of(officer, ImportedText.objects.get()).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in said
    assert "<script>alert" not in said


def test_one_kind_is_shown_at_a_time(officer, text):
    page = page_of(officer, text, kind="problem")

    assert [card.heading for card in page.context["cards"]] == [
        "执法监督力量分散",
        "群众满意度有待提高",
    ]
    kinds = [row.kind.value for row, _label in page.context["counts"]]
    assert kinds == [kind.value for kind in DraftKind]


def test_only_the_undecided_are_shown_when_asked_for(officer, text):
    first, second = only(text, DraftKind.PROBLEM), only(text, DraftKind.PROBLEM, 1)
    decide(officer, first, "drop")

    page = page_of(officer, text, kind="problem", show="open")

    assert [card.draft for card in page.context["cards"]] == [second]


def test_draft_in_hand_has_its_form_and_no_other(officer, text):
    draft = only(text, DraftKind.SCHEDULE, 1)

    page = page_of(officer, text, draft=draft.pk)

    assert [card.draft for card in page.context["cards"] if card.form] == [draft]
    assert page.context["kind"] == "schedule"


@pytest.mark.parametrize("rows", [1, 3])
def test_text_costs_the_same_whatever_its_drafts(officer, bureau, rows, django_assert_num_queries):
    text = ImportedTextFactory(bureau=bureau, text="甲乙丙丁。" * 3)
    for number in range(rows):
        DraftFactory(
            text=text, start=number * 5, end=number * 5 + 4, position=number + 1,
            found={"quote": "甲乙丙丁。", "paragraph": 1, "proposed": {"title": "甲"}},
        )  # fmt: skip
        ProblemFactory(unit=bureau, title=f"问题{number}")

    with django_assert_num_queries(QUERIES_OF_TEXT):
        page = page_of(officer, text)

    assert len(page.context["cards"]) == rows


# With a form: what its fields choose from, and the other drafts of the text.
QUERIES_OF_FORM = {"problem": 13, "schedule": 14, "measure": 12, "figure": 11, "honour": 10}


@pytest.mark.parametrize("kind", QUERIES_OF_FORM)
def test_form_costs_the_same_for_every_draft(officer, text, kind, django_assert_num_queries):
    draft = only(text, DraftKind(kind))

    with django_assert_num_queries(QUERIES_OF_FORM[kind]):
        page = page_of(officer, text, draft=draft.pk)

    assert sum(card.form is not None for card in page.context["cards"]) == 1


def test_many_drafts_come_on_pages(officer, bureau):
    text = ImportedTextFactory(bureau=bureau, text="甲乙丙丁。" * 400)
    drafts = [
        DraftFactory(text=text, start=n * 5, end=n * 5 + 4, position=n + 1, kind="figure")
        for n in range(45)
    ]

    page = page_of(officer, text, draft=drafts[30].pk)

    assert (page.context["page"], list(page.context["pages"])) == (2, [1, 2, 3])
    assert [card.draft for card in page.context["cards"]] == drafts[20:40]


# --- deciding ------------------------------------------------------------------------------------


def test_decision_comes_back_to_the_same_draft(officer, text):
    draft = only(text, DraftKind.HONOUR)

    answer = decide(officer, draft, "take")

    assert answer.url == f"{text.get_absolute_url()}?draft={draft.pk}#draft-{draft.pk}"
    draft.refresh_from_db()
    assert (draft.decision, draft.decided_by) == ("take", officer.user)


def test_changed_fields_are_kept(officer, text):
    draft = only(text, DraftKind.PROBLEM)
    page = page_of(officer, text, draft=draft.pk)
    form = Form(page, mark="action")
    fields = {name: value for name, value in form.data.items() if name.startswith(f"d{draft.pk}-")}

    title = {f"d{draft.pk}-title": "监督职责分散"}
    decide(officer, draft, "take", typed="1", **{**fields, **title})

    draft.refresh_from_db()
    assert (draft.decision, draft.given["title"]) == ("take", "监督职责分散")
    assert draft.given["labels"]["unit"] == "河西分局"


def test_refused_field_says_why_and_loses_nothing(officer, text):
    draft = only(text, DraftKind.SCHEDULE)
    name = f"d{draft.pk}"

    answer = decide(officer, draft, "take", typed="1", **{f"{name}-name": "每周讲评"})

    card = next(card for card in answer.context["cards"] if card.form)
    assert card.form.errors["legal_basis"] == ["这个字段是必填项。"]
    assert 'value="每周讲评"' in answer.content.decode()
    draft.refresh_from_db()
    assert draft.decision == ""


def test_second_of_two_is_told(officer, text):
    draft = only(text, DraftKind.HONOUR)
    decide(officer, draft, "take")

    answer = decide(officer, draft, "drop")

    said = officer.get(answer.url).content.decode()
    assert "处理该条目：采用。请核对后再办。" in said
    draft.refresh_from_db()
    assert draft.decision == "take"


def test_decision_is_taken_back(officer, text):
    draft = only(text, DraftKind.HONOUR)
    decide(officer, draft, "drop")
    card = page_of(officer, text, draft=draft.pk).context["cards"][0]

    decide(officer, draft, "undo", seen=card.stamp)

    draft.refresh_from_db()
    assert draft.decision == ""


def test_problem_of_the_same_name_is_offered_to_merge_with(officer, bureau, text):
    draft = only(text, DraftKind.PROBLEM)
    there = ProblemFactory(unit=bureau, title="执法监督力量分散")

    page = page_of(officer, text, kind="problem")
    decide(officer, draft, f"merge problem:{there.pk}")

    assert [[row.pk for row in card.twins] for card in page.context["cards"]] == [[there.pk], []]
    draft.refresh_from_db()
    assert (draft.decision, draft.merged_into) == ("merge", there.pk)


def test_schedule_of_the_same_name_and_rhythm_is_offered(officer, bureau, text):
    there = ScheduleVersionFactory(
        schedule__set__unit=bureau, schedule__name="每周法制讲评会", cadence="week"
    ).schedule
    ScheduleVersionFactory(schedule__set__unit=bureau, schedule__name="法制讲评会", cadence="month")

    page = page_of(officer, text, kind="schedule")

    assert [row.pk for row in page.context["cards"][0].twins] == [there.pk]


def test_all_of_a_kind_are_taken_as_the_page_said(officer, text):
    address = reverse("reports:import-text-at-once", args=[text.pk])
    plan = page_of(officer, text, kind="problem").context["plan"]

    stale = officer.post(address, {"kind": "problem", "shown": "9/9"})
    before = text.drafts.filter(decision="take").count()
    officer.post(address, {"kind": "problem", "shown": f"{len(plan.new)}/0"})

    assert (stale.status_code, before) == (302, 0)
    assert text.drafts.filter(kind="problem", decision="take").count() == 2


def test_reader_sees_but_does_not_decide(officer, client, bureau, text):
    draft = only(text, DraftKind.HONOUR)
    client.force_login(member(Role.INSPECTOR, bureau))

    page = page_of(client, text, draft=draft.pk)
    answer = decide(client, draft, "take")

    assert (page.status_code, page.context["works"], answer.status_code) == (200, False, 403)
    assert not any(card.form for card in page.context["cards"])


# --- entering ------------------------------------------------------------------------------------


def test_preview_counts_what_would_be_made(officer, text):
    decide(officer, only(text, DraftKind.PROBLEM), "take")
    decide(officer, only(text, DraftKind.PROBLEM, 1), "drop")

    page = officer.get(reverse("reports:import-text-preview", args=[text.pk]))

    names = ("new", "merged", "dropped", "undecided")
    assert [page.context[name] for name in names] == [1, 0, 1, text.drafts.count() - 2]
    assert not Problem.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_preview_costs_the_same_whatever_its_drafts(
    officer, bureau, rows, django_assert_num_queries
):
    text = ImportedTextFactory(bureau=bureau)
    for number in range(rows):
        DraftFactory(text=text, position=number + 1, decision="take", given={"title": "甲"})

    with django_assert_num_queries(6):  # session, user, scope, what waits; text, drafts
        page = officer.get(reverse("reports:import-text-preview", args=[text.pk]))

    assert page.context["new"] == rows


def test_text_is_entered_and_every_record_names_its_sentence(officer, bureau, text):
    take_all(officer, text)

    answer = enter(officer, text, drop_undecided="on", ledger_from="2025-01-01")

    assert answer.url == text.get_absolute_url()
    bureau.refresh_from_db()
    assert bureau.ledger_from == date(2025, 1, 1)
    sentence = '来源：<a href="{0}?draft={1}#s-{1}">《河西分局2024年度法治政府建设年度报告》</a>'
    for record in (Problem.objects.first(), Measure.objects.first(), Schedule.objects.first()):
        draft = record.origins.get().draft
        said = officer.get(record.get_absolute_url()).content.decode()
        link = sentence.format(text.get_absolute_url(), draft.pk)
        place = f"第{draft.found['paragraph']}段 <q>{draft.found['quote']}</q>"
        assert link + place in said


def test_refusal_stands_beside_its_draft(officer, text):
    draft = only(text, DraftKind.PROBLEM)
    decide(officer, draft, "take")
    Draft.objects.filter(pk=draft.pk).update(given=draft.found["proposed"] | {"unit": "u0"})

    answer = enter(officer, text, drop_undecided="on")

    group = next(row for row in answer.context["groups"] if row[0].kind == DraftKind.PROBLEM)
    assert group[2] == [(draft, "执法监督力量分散", ["所选的单位已不存在，请重新选择。"])]
    assert not Origin.objects.exists()


def test_text_is_given_up_with_a_reason_and_opened_again(officer, text):
    address = reverse("reports:import-text-give-up", args=[text.pk])

    officer.post(address, {"because": ""})
    text.refresh_from_db()
    without = text.state
    officer.post(address, {"because": "不是本局的报告"})
    said = page_of(officer, text).content.decode()
    officer.post(reverse("reports:import-text-reopen", args=[text.pk]))

    text.refresh_from_db()
    assert (without, text.state) == ("open", "open")
    assert "放弃。原因：不是本局的报告" in said


# --- the list ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_list_shows_how_far_every_text_is(officer, bureau, rows, django_assert_num_queries):
    for _n in range(rows):
        text = ImportedTextFactory(bureau=bureau)
        DraftFactory(text=text)
        DraftFactory(text=text, decision="take")

    with django_assert_num_queries(6):  # session, user, scope, what waits; count, rows
        page = officer.get(LIST)

    shown = [(row.record.undecided, row.record.taken) for row in page.context["table"].rows]
    assert shown == [(1, 1)] * rows


# --- where a record came from --------------------------------------------------------------------


@pytest.mark.parametrize("relation", ["unit", "honour", "figure", "person"])
def test_page_of_a_record_quotes_its_sentence(officer, bureau, relation):
    text = ImportedTextFactory(bureau=bureau, title="某报告")
    draft = DraftFactory(text=text, found={"quote": "原来的一句。", "paragraph": 7})
    station = UnitFactory(parent=bureau, ledger_from=None)
    made = {"unit": lambda: station, "honour": lambda: HonourFactory(bureau=bureau)}
    if relation == "figure":
        figure = FigureFactory(unit=station, indicator=IndicatorFactory(unit=bureau))
        OriginFactory(draft=draft, schedule=None, figure=figure)
        address = figure.indicator.get_absolute_url()
    elif relation == "person":
        held = MeasureFactory(unit=station)  # something beside it that came from nowhere
        assert not held.origins.exists()
        appointment = AppointmentFactory(unit=station)
        OriginFactory(draft=draft, schedule=None, appointment=appointment)
        address = appointment.person.get_absolute_url()
        appointment.person.unit = station
        appointment.person.save()
    else:
        record = made[relation]()
        OriginFactory(draft=draft, schedule=None, **{relation: record})
        address = (
            reverse("reports:honour-edit", args=[record.pk])
            if relation == "honour"
            else record.get_absolute_url()
        )

    said = officer.get(address).content.decode()

    assert "第7段 <q>原来的一句。</q>" in said


# --- a real text ---------------------------------------------------------------------------------


@pytest.mark.skipif(not SAMPLES, reason="no sample texts at hand")
def test_real_report_becomes_a_running_ledger(officer, bureau):
    lay_posts(at=NOON)
    upload(officer, bureau, Path(SAMPLES, "report-000.txt").read_bytes())
    text = ImportedText.objects.get()
    take_all(officer, text)

    enter(officer, text, drop_undecided="on", ledger_from="2024-01-01")

    rules = Schedule.objects.order_by("set__position", "position", "pk")
    found = [(row.set.name, row.versions.get().cadence) for row in rules]
    dues = [Due.objects.filter(schedule=row, year=2024).count() for row in rules]
    assert found[:4] == [("“四个一”制度", each) for each in ("week", "month", "quarter", "year")]
    assert found[4:7] == [("第一责任人履职", "half_year")] * 3
    assert [row.versions.get().presided_by.code for row in rules[4:7]] == ["first_person"] * 3
    assert dues[:7] == [52, 12, 4, 1, 2, 2, 2]
    assert Problem.objects.filter(year=2023, as_published=True).count() == 3
    assert Measure.objects.filter(plan_year=2024, as_published=True).count() == 3


def test_page_of_a_long_report_stays_small(officer, bureau):
    """Forty pages with four hundred drafts: one form and twenty cards, whatever there are."""
    sentence = "全年共办理各类案件一百二十件，比上年有所增加，"
    text = ImportedTextFactory(bureau=bureau, text=sentence * 1200)
    Draft.objects.bulk_create(
        Draft(
            text=text,
            kind=kind,
            position=number,
            start=number * 60,
            end=number * 60 + 22,
            found={"quote": sentence, "paragraph": 1, "proposed": {"title": f"第{number}项"}},
        )
        for number, kind in enumerate(["problem"] * 300 + ["measure"] * 100, start=1)
    )

    page = page_of(officer, text, draft=text.drafts.order_by("position")[150].pk)

    assert len(page.context["cards"]) == 20
    assert len(page.content) < 400_000


def test_a_text_of_another_issuer_is_pointed_out(officer, bureau):
    upload(officer, bureau)
    own = officer.get(ImportedText.objects.get().get_absolute_url()).content.decode()
    upload(officer, bureau, REPORT.replace("河西", "河东"))
    other = officer.get(ImportedText.objects.latest("pk").get_absolute_url()).content.decode()

    assert "请核对是不是本局的文本" not in own
    assert "发布机构是河东分局，与河西分局不同，请核对是不是本局的文本。" in other
