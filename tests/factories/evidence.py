import factory

from reports.models import Evidence, EvidenceUse

from .units import NOON, UnitFactory


class EvidenceFactory(factory.django.DjangoModelFactory):
    """A reference; files are kept by the action."""

    class Meta:
        model = Evidence

    unit = factory.SubFactory(UnitFactory)
    bureau = factory.SelfAttribute("unit.bureau")
    title = "党委会议纪要"
    reference_keeper = "办公室"
    recorded_at = NOON


class EvidenceUseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EvidenceUse

    evidence = factory.SubFactory(EvidenceFactory)
    meeting = factory.SubFactory("tests.factories.meetings.MeetingFactory")
