from datetime import date

import factory

from reports.actions.notices import ItemDraft, NoticeDraft, draft_notice
from reports.domain.notices import NoticeState
from reports.models import IssuingOffice, Notice, NoticeItem, NoticeMove, Reply

from .access import UserFactory
from .people import PersonFactory
from .units import NOON, BureauFactory, UnitFactory


class IssuingOfficeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = IssuingOffice

    unit = factory.SubFactory(BureauFactory)
    name = factory.LazyAttribute(lambda o: f"{o.unit.name}法制大队")
    prefix = factory.Sequence(lambda n: f"公法督{n + 1}")


def office_of(unit):
    """The office of a unit, made when it has none yet."""
    found = IssuingOffice.objects.filter(unit=unit).select_related("unit").first()
    return found or IssuingOfficeFactory(unit=unit)


class NoticeFactory(factory.django.DjangoModelFactory):
    """A draft with one demand to a unit of the office's bureau; made through the action."""

    class Meta:
        model = Notice

    unit = factory.SubFactory(UnitFactory)
    office = factory.LazyAttribute(lambda o: office_of(o.unit.bureau))
    title = factory.Sequence(lambda n: f"逾期问题的整改{n + 1}")
    answer_by = date(2026, 6, 20)
    drafted_on = date(2026, 6, 1)
    items = (ItemDraft("请说明原因"),)

    @classmethod
    def _create(cls, model_class, *args, by=None, **kwargs):
        by = by or UserFactory()
        return draft_notice(NoticeDraft(*args, **kwargs), by=by, at=NOON, today=NOON.date())


class NoticeItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = NoticeItem

    notice = factory.SubFactory(NoticeFactory)
    position = factory.Sequence(lambda n: n + 2)
    demand = "请报告进展"


class NoticeMoveFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = NoticeMove

    notice = factory.SubFactory(NoticeFactory)
    to_state = "draft"
    on = date(2026, 6, 2)
    recorded_at = NOON


class ReplyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Reply

    item = factory.SubFactory(NoticeItemFactory)
    on = date(2026, 6, 9)
    text = "已整改"
    approved_by = factory.SubFactory(PersonFactory)
    recorded_at = NOON


def notice_at(state, **kwargs):
    """A notice that stands in a state, with the steps that led there."""
    notice = NoticeFactory(**kwargs)
    if state != "draft":
        ways = [each.value for each in NoticeState]
        for number, step in enumerate(ways[1 : ways.index(state) + 1], 2):
            NoticeMoveFactory(notice=notice, to_state=step, on=date(2026, 6, number))
        Notice.objects.filter(pk=notice.pk).update(
            state=state,
            year=2026,
            serial=notice.pk,
            number=f"{notice.office.prefix}〔2026〕{notice.pk}号",
            approved_on=date(2026, 6, 2),
            received_on=date(2026, 6, 3),
            answered_on=date(2026, 6, 4) if state in ("answered", "ended") else None,
        )
        notice.refresh_from_db()
    return notice
