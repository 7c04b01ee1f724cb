"""Reports decided and worded at one moment, as real requests: one wins, the others are told."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from reports.domain.access import Role
from reports.models import AnnualReport, FrozenFigure, KeptText
from reports.selectors.audit import all_differences
from tests.at_once import SEVERAL_WRITERS, at_once, desks
from tests.factories import (
    AnnualReportFactory,
    BureauFactory,
    ParagraphFactory,
    SentenceFactory,
    holder_of,
    sign_off,
    walk_report,
)

pytestmark = SEVERAL_WRITERS
PRESSES = 6


@pytest.fixture
def report():
    found = AnnualReportFactory(bureau=BureauFactory())
    paragraph = ParagraphFactory(section__report=found)
    SentenceFactory(paragraph=paragraph, text="甲事已办。")
    return found


def told(answers):
    """What those who came too late are told: on the page, or above the one they are led to."""
    said = []
    for answer in answers:
        if answer.status_code == 302:
            said += [str(each) for each in get_messages(answer.wsgi_request)]
        else:
            said += answer.context["form"].non_field_errors()
    return said


def test_signed_by_many_it_is_signed_once(report):
    walk_report(report, "countersign", "send", "review", "deliberate")
    chief = holder_of(report.bureau, "first_person")
    address = reverse("reports:report-sign", args=[report.pk])
    data = {"on": "2026-06-10", "person": chief.pk, "expected": "committee"}

    answers = at_once(
        lambda client=client: client.post(address, data)
        for client in desks(Role.LEGAL_OFFICER, report.bureau, PRESSES)
    )

    keys = FrozenFigure.objects.values_list("key", flat=True)
    assert report.moves.filter(move="sign").count() == 1
    assert len(keys) == len(set(keys))
    assert len(told(answers)) == PRESSES
    assert sum("已签发。" in each for each in told(answers)) == 1
    assert list(all_differences()) == []


def test_sent_on_and_sent_back_at_once_is_one_step(report):
    walk_report(report, "countersign")
    data = {"on": "2026-06-10", "reason": "数据有误", "expected": "countersign"}
    steps = ["send", "return"] * (PRESSES // 2)

    at_once(
        lambda client=client, step=step: client.post(
            reverse("reports:report-step", args=[report.pk, step]), data
        )
        for client, step in zip(
            desks(Role.LEGAL_OFFICER, report.bureau, PRESSES), steps, strict=True
        )
    )

    assert report.moves.filter(move__in=["review", "return"]).count() == 1


def test_one_section_worded_by_many_keeps_every_text(report):
    section = report.sections.get()
    paragraph = section.paragraphs.get()
    address = reverse("reports:report-section-edit", args=[report.pk, section.pk])
    texts = [f"甲事由第{number}组办结。" for number in range(PRESSES)]

    at_once(
        lambda client=client, text=text: client.post(
            address, {"base": 0, f"text_{paragraph.pk}": text}
        )
        for client, text in zip(
            desks(Role.LEGAL_OFFICER, report.bureau, PRESSES), texts, strict=True
        )
    )

    section.refresh_from_db()
    kept = KeptText.objects.values_list("text", flat=True)
    assert section.revision == 1
    assert sorted([paragraph.sentences.get().text, *kept]) == sorted(texts)


def test_corrected_by_many_there_is_one_new_version(report):
    sign_off(report)
    address = reverse("reports:report-correct", args=[report.pk])

    at_once(
        lambda client=client: client.post(address, {"reason": "有误"})
        for client in desks(Role.LEGAL_OFFICER, report.bureau, PRESSES)
    )

    assert sorted(AnnualReport.objects.values_list("version", "is_current")) == [
        (1, False),
        (2, True),
    ]
