from datetime import date

import factory

from reports.models import Appointment, Certificate, Examination, Person, Post

from .units import UnitFactory


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


class CertificateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Certificate

    person = factory.SubFactory(PersonFactory)
    kind = "人民警察执法资格"


class ExaminationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Examination

    unit = factory.SubFactory(UnitFactory)
    name = "执法资格考试"
    held_on = date(2026, 5, 20)
    participants = 10
    passed = 9
