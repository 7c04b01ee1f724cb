from datetime import date

import factory

from reports.models import AccountGiven, Deed, DutyList, FirstPersonDuty

from .people import PersonFactory, PostFactory
from .units import NOON, BureauFactory, UnitFactory


class DutyListFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DutyList

    unit = factory.SubFactory(BureauFactory)
    year = 2026
    level = "bureau"
    title = "第一责任人职责清单"
    post = factory.SubFactory(PostFactory, code="first_person")


class FirstPersonDutyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FirstPersonDuty

    duty_list = factory.SubFactory(DutyListFactory)
    position = factory.Sequence(lambda n: n + 1)
    text = factory.LazyAttribute(lambda o: f"职责{o.position}")


class DeedFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Deed

    unit = factory.SubFactory(UnitFactory)
    bureau = factory.SelfAttribute("unit.bureau")
    person = factory.SubFactory(PersonFactory, unit=factory.SelfAttribute("..unit"))
    on = date(2026, 5, 20)
    kind = "deployed"
    form = "instruction"
    title = factory.Sequence(lambda n: f"部署事项{n + 1}")
    recorded_at = NOON


class AccountGivenFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AccountGiven

    unit = factory.SubFactory(UnitFactory)
    bureau = factory.SelfAttribute("unit.bureau")
    person = factory.SubFactory(PersonFactory, unit=factory.SelfAttribute("..unit"))
    year = 2025
    form = "meeting"
    on = date(2026, 1, 20)
    before = "局党委"
    recorded_at = NOON
