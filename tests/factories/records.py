import factory

from reports.models import Honour

from .units import BureauFactory


class HonourFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Honour

    bureau = factory.SubFactory(BureauFactory)
    year = 2026
    title = factory.Sequence(lambda n: f"执法质量考评优秀单位{n + 1}")
