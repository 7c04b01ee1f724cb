"""The published form: taken out, checked by three people, frozen, published."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reports.actions.evidence import CannotKeepEvidence, Upload
from reports.actions.public_forms import (
    CannotPublish,
    begin_public_form,
    cut_passage,
    mark_seen,
    publish_form,
    record_check,
    restore_passage,
    send_back,
)
from reports.domain.public_forms import AgainstPublic, fingerprint
from reports.domain.summaries import PublicState
from reports.models import Cut, EvidenceUse, PublicForm, SecrecyStep, Sentence
from reports.models.choices import AGAINST_PUBLIC_SENTENCES
from reports.selectors.public_forms import (
    chapters_of,
    number_words,
    public_form_differences,
    read_public,
)
from tests.factories import (
    NOON,
    AnnualReportFactory,
    AppointmentFactory,
    BureauFactory,
    PersonFactory,
    PostFactory,
    SecrecyPatternFactory,
    SentenceFactory,
    UserFactory,
    signed_report,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
SIGNED_ON = date(2026, 2, 20)


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def report(bureau):
    return signed_report(bureau, title="2025年度报告")


@pytest.fixture
def form(report):
    return begin_public_form(report_id=report.pk, by=None, at=NOON)


def stamp(user=None):
    return {"by": user, "at": NOON}


def sentence(report, text):
    return Sentence.objects.get(paragraph__section__report=report, text__contains=text)


def chief(bureau, code="in_charge"):
    post = PostFactory(code=code, is_capacity=True)
    return AppointmentFactory(person=PersonFactory(unit=bureau), unit=bureau, post=post).person


def check(form, state, person=None, user=None, on=TODAY, **kwargs):
    return record_check(
        form_id=form.pk,
        to_state=PublicState(state),
        on=on,
        opinion=kwargs.pop("opinion", "同意。"),
        person=person,
        today=TODAY,
        **stamp(user),
        **kwargs,
    )


def approved(form, bureau):
    check(form, "self_checked", PersonFactory(unit=bureau))
    check(form, "second_checked", PersonFactory(unit=bureau))
    return check(form, "approved", chief(bureau))


def words(*reasons):
    told = {"signed_on": "2026年2月20日"}
    return [str(AGAINST_PUBLIC_SENTENCES[each]) % told for each in reasons]


def refused_with(act, *reasons):
    with pytest.raises(CannotPublish) as refusal:
        act()
    assert refusal.value.reasons == words(*reasons)


# --- beginning ----------------------------------------------------------------------------------


def test_it_begins_with_the_whole_signed_text(form, report):
    assert (form.state, form.text, form.sha256) == ("draft", None, "")
    assert read_public(form, report).text == [
        {
            "heading": "一、主要举措",
            "paragraphs": [
                {"heading": "（一）普法", "text": "全年开展普法43次。联系电话13800000000。"},
                {"heading": "（二）保障", "text": "警力配备到位。"},
            ],
        }
    ]


def test_it_begins_once(form, report):
    refused_with(
        lambda: begin_public_form(report_id=report.pk, **stamp()), AgainstPublic.THERE_ALREADY
    )

    assert PublicForm.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "reason"),
    [("draft", AgainstPublic.NOT_SIGNED), ("published", AgainstPublic.TAKEN_OVER)],
)
def test_only_a_signed_report_is_made_public(bureau, state, reason):
    draft = AnnualReportFactory(bureau=bureau, year=2024, state=state)

    refused_with(lambda: begin_public_form(report_id=draft.pk, **stamp()), reason)


@pytest.mark.parametrize(
    ("value", "shown"), [("43", "43"), ("43.0000", "43"), ("1200", "1200"), ("0.2500", "0.25")]
)
def test_a_frozen_number_reads_as_it_was_signed(report, value, shown):
    report.frozen_figures.update(value=value)

    assert number_words(report.frozen_figures.get().value) == shown


# --- passages -----------------------------------------------------------------------------------


def test_a_passage_is_taken_out_with_its_reason(form, report):
    phone = sentence(report, "电话")

    cut_passage(form_id=form.pk, sentence_ids=[phone.pk], because=" 个人信息 ", **stamp())

    cut = Cut.objects.get()
    assert (cut.sentence, cut.instead, cut.because) == (phone, "", "个人信息")
    assert read_public(form, report).text[0]["paragraphs"][0]["text"] == "全年开展普法43次。"
    phone.refresh_from_db()
    assert phone.text == "联系电话13800000000。"


def test_a_passage_is_written_otherwise_and_then_once_more(form, report):
    police = sentence(report, "警力")
    common = {"form_id": form.pk, "sentence_ids": [police.pk], **stamp()}

    cut_passage(instead="保障到位。", because="警力不公开", **common)
    cut_passage(instead="保障有力。", because="警力不公开", **common)

    assert Cut.objects.get().instead == "保障有力。"
    assert Cut.history.count() == 2
    assert read_public(form, report).text[0]["paragraphs"][1]["text"] == "保障有力。"


def test_the_same_page_sent_again_changes_nothing(form, report):
    common = {
        "form_id": form.pk,
        "sentence_ids": [sentence(report, "警力").pk],
        "because": "警力不公开",
        **stamp(),
    }

    cut_passage(**common)
    cut_passage(**common)

    assert (Cut.objects.count(), Cut.history.count()) == (1, 1)


def test_what_was_taken_out_comes_back(form, report):
    whole = list(
        Sentence.objects.filter(paragraph__section__report=report).values_list("pk", flat=True)
    )
    cut_passage(form_id=form.pk, sentence_ids=whole, because="不公开", **stamp())

    number = restore_passage(form_id=form.pk, sentence_ids=whole[:1], **stamp())

    assert (number, Cut.objects.count()) == (1, 2)
    assert restore_passage(form_id=form.pk, sentence_ids=whole[:1], **stamp()) == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"because": "  "}, AgainstPublic.NO_REASON),
        ({"sentence_ids": []}, AgainstPublic.NOT_THERE),
        ({"sentence_ids": [0]}, AgainstPublic.NOT_THERE),
        ({"instead": "警力配备到位。"}, AgainstPublic.SAME_TEXT),
        ({"instead": "共{{n}}次。"}, AgainstPublic.HAS_TOKEN),
    ],
)
def test_what_is_no_cut(form, report, changes, reason):
    given = {"sentence_ids": [sentence(report, "警力").pk], "because": "内部事项"} | changes

    refused_with(lambda: cut_passage(form_id=form.pk, **given, **stamp()), reason)

    assert Cut.objects.count() == 0


def test_a_sentence_of_another_report_is_none_of_this_form(form):
    other = SentenceFactory()

    refused_with(
        lambda: cut_passage(
            form_id=form.pk, sentence_ids=[other.pk], because="内部事项", **stamp()
        ),
        AgainstPublic.NOT_THERE,
    )


def test_what_is_being_checked_is_not_changed(form, report, bureau):
    check(form, "self_checked", PersonFactory(unit=bureau))
    keys = [sentence(report, "警力").pk]

    refused_with(
        lambda: cut_passage(form_id=form.pk, sentence_ids=keys, because="x", **stamp()),
        AgainstPublic.BEING_CHECKED,
    )
    refused_with(
        lambda: restore_passage(form_id=form.pk, sentence_ids=keys, **stamp()),
        AgainstPublic.BEING_CHECKED,
    )


# --- checks -------------------------------------------------------------------------------------


def test_three_people_check_and_the_text_is_frozen(form, report, bureau):
    done = approved(form, bureau)

    text = [
        {
            "heading": "一、主要举措",
            "paragraphs": [
                {"heading": "（一）普法", "text": "全年开展普法43次。联系电话13800000000。"},
                {"heading": "（二）保障", "text": "警力配备到位。"},
            ],
        }
    ]
    assert (done.state, done.text) == ("approved", text)
    assert done.sha256 == fingerprint("2025年度报告", text)
    steps = SecrecyStep.objects.order_by("pk").values_list("to_state", flat=True)
    assert list(steps) == ["self_checked", "second_checked", "approved"]


def test_the_frozen_text_stays_whatever_changes_later(form, report, bureau):
    approved(form, bureau)
    before = PublicForm.objects.get().text

    Sentence.objects.filter(paragraph__section__report=report).update(text="别的。")
    report.frozen_figures.update(value=99)

    assert read_public(PublicForm.objects.get(), report).text == before


@pytest.mark.parametrize("state", ["second_checked", "approved"])
def test_no_step_is_left_out(form, bureau, state):
    refused_with(lambda: check(form, state, chief(bureau)), AgainstPublic.OTHER_STATE)


def test_of_two_at_once_the_second_is_told(form, bureau):
    check(form, "self_checked", PersonFactory(unit=bureau))

    refused_with(
        lambda: check(form, "self_checked", PersonFactory(unit=bureau)), AgainstPublic.OTHER_STATE
    )
    assert SecrecyStep.objects.count() == 1


def test_nobody_checks_twice(form, bureau):
    anna, leader = PersonFactory(unit=bureau), chief(bureau)
    check(form, "self_checked", anna)

    refused_with(lambda: check(form, "second_checked", anna), AgainstPublic.SAME_PERSON)
    check(form, "second_checked", leader)
    refused_with(lambda: check(form, "approved", leader), AgainstPublic.SAME_PERSON)


def test_a_login_without_a_person_checks_once_too(form, bureau):
    user = UserFactory()
    check(form, "self_checked", None, user)

    refused_with(lambda: check(form, "second_checked", None, user), AgainstPublic.SAME_PERSON)


def test_who_checked_may_enter_what_others_signed_on_paper(form, bureau):
    user = UserFactory()
    check(form, "self_checked", PersonFactory(unit=bureau), user)

    check(form, "second_checked", PersonFactory(unit=bureau), user, from_paper=True)
    done = check(form, "approved", chief(bureau, "first_person"), user, from_paper=True)

    assert done.state == "approved"
    assert list(SecrecyStep.objects.order_by("pk").values_list("from_paper", flat=True)) == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize("code", ["bureau_head", "full_reviewer"])
def test_only_the_leader_in_charge_or_the_first_person_approves(form, bureau, code):
    check(form, "self_checked", PersonFactory(unit=bureau))
    check(form, "second_checked", PersonFactory(unit=bureau))
    other = chief(bureau, code)

    with pytest.raises(CannotPublish) as refusal:
        check(form, "approved", other)

    assert refusal.value.reasons == [
        f"{other.name}在2026年6月10日不是本局的分管领导或第一责任人，不能批准公开。"
    ]


def test_who_approves_held_the_post_on_that_day_and_not_when_it_is_entered(form, bureau):
    day = date(2026, 3, 10)
    former = chief(bureau)
    former.appointments.update(first_day=date(2025, 1, 1), last_day=date(2026, 4, 30))
    later = chief(bureau)
    later.appointments.update(first_day=date(2026, 5, 1))
    check(form, "self_checked", PersonFactory(unit=bureau), on=day)
    check(form, "second_checked", PersonFactory(unit=bureau), on=day)

    with pytest.raises(CannotPublish) as refusal:
        check(form, "approved", later, on=day, from_paper=True)

    assert refusal.value.reasons == [
        f"{later.name}在2026年3月10日不是本局的分管领导或第一责任人，不能批准公开。"
    ]
    assert check(form, "approved", former, on=day, from_paper=True).state == "approved"


def test_a_sheet_names_somebody_of_the_bureau(form, bureau):
    check(form, "self_checked", PersonFactory(unit=bureau))

    refused_with(
        lambda: check(form, "second_checked", PersonFactory(), from_paper=True),
        AgainstPublic.NOT_OF_BUREAU,
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"on": date(2026, 6, 11)}, AgainstPublic.IN_FUTURE),
        ({"on": date(2026, 2, 19)}, AgainstPublic.BEFORE_SIGNING),
        ({"opinion": " "}, AgainstPublic.NO_OPINION),
    ],
)
def test_what_is_no_check(form, bureau, changes, reason):
    refused_with(lambda: check(form, "self_checked", PersonFactory(unit=bureau), **changes), reason)


def test_a_form_of_which_nothing_is_left_is_not_checked(form, report, bureau):
    whole = list(
        Sentence.objects.filter(paragraph__section__report=report).values_list("pk", flat=True)
    )
    cut_passage(form_id=form.pk, sentence_ids=whole, because="不公开", **stamp())

    refused_with(
        lambda: check(form, "self_checked", PersonFactory(unit=bureau)), AgainstPublic.NOTHING_LEFT
    )


def test_nothing_is_approved_with_a_finding_unsettled(form, report, bureau):
    SecrecyPatternFactory(name="手机号码", pattern=r"1\d{10}")
    check(form, "self_checked", PersonFactory(unit=bureau))
    check(form, "second_checked", PersonFactory(unit=bureau))
    leader = chief(bureau)

    refused_with(lambda: check(form, "approved", leader), AgainstPublic.UNSETTLED)
    mark_seen(
        form_id=form.pk,
        quoted="13800000000",
        word="举报电话",
        person=leader,
        today=TODAY,
        **stamp(),
    )

    assert check(form, "approved", leader).state == "approved"


def test_the_scan_of_the_sheet_is_kept_with_the_report(form, report, bureau, evidence_store):
    check(form, "self_checked", PersonFactory(unit=bureau))
    scan = Upload(SimpleUploadedFile("审查表.txt", "已签".encode()))

    check(form, "second_checked", PersonFactory(unit=bureau), from_paper=True, scans=[scan])

    assert EvidenceUse.objects.get().report == report


def test_a_bad_scan_leaves_nothing_behind(form, bureau, evidence_store):
    scan = Upload(SimpleUploadedFile("审查表.exe", b"MZ"))

    with pytest.raises(CannotKeepEvidence):
        check(form, "self_checked", PersonFactory(unit=bureau), scans=[scan])

    assert SecrecyStep.objects.count() == 0
    assert PublicForm.objects.get().state == "draft"


# --- findings -----------------------------------------------------------------------------------


def seen(form, quoted="13800000000", word="举报电话"):
    return mark_seen(form_id=form.pk, quoted=quoted, word=word, person=None, today=TODAY, **stamp())


def test_a_word_settles_a_finding_once(form, report):
    SecrecyPatternFactory(name="手机号码", pattern=r"1\d{10}")

    assert read_public(form, report).unsettled == ["13800000000"]
    assert seen(form).opinion == "“13800000000”：举报电话"
    assert seen(form) is None
    assert read_public(form, report).unsettled == []


@pytest.mark.parametrize(("quoted", "word"), [("13800000000", " "), (" ", "举报电话")])
def test_a_finding_is_settled_with_a_word(form, quoted, word):
    refused_with(lambda: seen(form, quoted, word), AgainstPublic.NO_REASON)


def test_of_a_frozen_text_nothing_is_said_any_more(form, bureau):
    approved(form, bureau)

    refused_with(lambda: seen(form), AgainstPublic.FROZEN)


def test_what_is_taken_out_is_found_no_more(form, report):
    SecrecyPatternFactory(name="手机号码", pattern=r"1\d{10}")

    cut_passage(
        form_id=form.pk,
        sentence_ids=[sentence(report, "电话").pk],
        because="个人信息",
        **stamp(),
    )

    assert read_public(form, report).found == []


# --- back and on --------------------------------------------------------------------------------


def back(form, because="还有个案"):
    return send_back(form_id=form.pk, because=because, person=None, today=TODAY, **stamp())


def test_back_to_the_beginning_with_the_reason(form, report, bureau):
    anna, ben = PersonFactory(unit=bureau), PersonFactory(unit=bureau)
    check(form, "self_checked", anna)
    check(form, "second_checked", ben)

    assert back(form).state == "draft"
    # Another round, in which the two may change places.
    check(form, "self_checked", ben)
    assert check(form, "second_checked", anna).state == "second_checked"


@pytest.mark.parametrize(("because", "reason"), [(" ", AgainstPublic.NO_REASON)])
def test_back_wants_a_reason(form, bureau, because, reason):
    check(form, "self_checked", PersonFactory(unit=bureau))

    refused_with(lambda: back(form, because), reason)


def test_an_approved_text_does_not_go_back(form, bureau):
    approved(form, bureau)

    refused_with(lambda: back(form), AgainstPublic.FROZEN)


def publish(form, **changes):
    given = {"on": TODAY, "address": "https://example.gov.cn/1", "index_number": ""} | changes
    return publish_form(form_id=form.pk, today=TODAY, **given, **stamp())


def test_the_publication_is_recorded_and_corrected(form, bureau):
    approved(form, bureau)

    publish(form)
    done = publish(form, index_number="H027/2026-1")

    assert (done.state, done.published_on, done.address, done.index_number) == (
        "published",
        TODAY,
        "https://example.gov.cn/1",
        "H027/2026-1",
    )
    assert SecrecyStep.objects.filter(to_state="published").count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"address": " "}, AgainstPublic.NOWHERE),
        ({"on": date(2026, 6, 11)}, AgainstPublic.IN_FUTURE),
        ({"on": date(2026, 6, 9)}, AgainstPublic.BEFORE_APPROVAL),
    ],
)
def test_what_is_no_publication(form, bureau, changes, reason):
    approved(form, bureau)

    refused_with(lambda: publish(form, **changes), reason)


def test_what_is_not_approved_is_not_published(form):
    refused_with(lambda: publish(form), AgainstPublic.OTHER_STATE)


# --- the recount --------------------------------------------------------------------------------


def test_the_recount_tells_a_text_that_was_changed_afterwards(form, bureau):
    approved(form, bureau)
    assert list(public_form_differences()) == []

    PublicForm.objects.update(text=[])

    (found,) = public_form_differences()
    assert (found.table, found.pk, found.field) == ("PublicForm", form.pk, "sha256")


def test_the_chapters_are_read_in_two_queries(report, django_assert_num_queries):
    with django_assert_num_queries(2):
        chapters_of(report)
