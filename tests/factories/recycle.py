import factory

from reports.models import DeletedRecord

from .units import NOON, BureauFactory


class DeletedRecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DeletedRecord

    bureau = factory.SubFactory(BureauFactory)
    kind = "reports.sumrule"
    key = 7
    label = "受理数＝办结数＋在办数"
    deleted_at = NOON
