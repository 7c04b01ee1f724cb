from datetime import date

import factory

from reports.models import (
    Appointment,
    Certificate,
    CertificateKind,
    Examination,
    ExaminationResult,
    Person,
    Post,
    StaffingRule,
)

from .units import BureauFactory, UnitFactory, UnitKindFactory


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"张某{n + 1}")
    unit = factory.SubFactory(UnitFactory)


class PostFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Post
        django_get_or_create = ("code",)

    code = "chief"
    name = factory.LazyAttribute(
        lambda o: {"chief": "所长", "first_person": "第一责任人"}.get(o.code, o.code)
    )


class AppointmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Appointment

    person = factory.SubFactory(PersonFactory)
    unit = factory.SelfAttribute("person.unit")
    post = factory.SubFactory(PostFactory)
    first_day = date(2025, 1, 1)
    single_holder = factory.SelfAttribute("post.single_holder")


class CertificateKindFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CertificateKind
        django_get_or_create = ("code",)

    code = "police_basic"
    name = factory.LazyAttribute(lambda o: {"police_basic": "基本级执法资格"}.get(o.code, o.code))


class CertificateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Certificate

    person = factory.SubFactory(PersonFactory)
    kind = factory.SubFactory(CertificateKindFactory)


class ExaminationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Examination

    unit = factory.SubFactory(UnitFactory)
    name = "执法资格考试"
    held_on = date(2026, 5, 20)
    participants = 10
    passed = 9


class ExaminationResultFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ExaminationResult

    examination = factory.SubFactory(ExaminationFactory)
    person = factory.SubFactory(PersonFactory, unit=factory.SelfAttribute("..examination.unit"))
    passed = True


class StaffingRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StaffingRule

    unit = factory.SubFactory(BureauFactory)
    kind = factory.SubFactory(UnitKindFactory)
    first_day = date(2025, 1, 1)
