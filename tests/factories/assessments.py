import factory

from reports.models import Assessment, AssessmentItem, ItemProof

from .meetings import MeetingFactory
from .units import NOON, BureauFactory


class AssessmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Assessment

    unit = factory.SubFactory(BureauFactory)
    year = 2026
    title = factory.Sequence(lambda n: f"法治建设考核{n + 1}")
    recorded_at = NOON


class AssessmentItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AssessmentItem

    assessment = factory.SubFactory(AssessmentFactory)
    position = factory.Sequence(lambda n: n + 1)
    number = factory.LazyAttribute(lambda o: str(o.position))
    text = factory.LazyAttribute(lambda o: f"考核内容{o.position}")


class ItemProofFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ItemProof

    item = factory.SubFactory(AssessmentItemFactory)
    meeting = factory.SubFactory(MeetingFactory)
    recorded_at = NOON
