import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models import AnnualReport
from reports.models.choices import REPORT_STATE_LABELS

from .base import HouseTable
from .columns import DayColumn, NumberColumn, WordColumn


class ReportTable(HouseTable):
    year = NumberColumn(verbose_name=_("年度"))
    bureau = tables.Column(verbose_name=_("分局"), order_by=("bureau__path",))
    title = tables.Column(verbose_name=_("标题"))
    state = WordColumn(verbose_name=_("状态"), labels=REPORT_STATE_LABELS)
    figures_as_of = DayColumn(verbose_name=_("数据截至"))
    signed_on = DayColumn(verbose_name=_("签发日期"))
    signer = tables.Column(verbose_name=_("签发人"), order_by=("signer__name",))
    # Counted for the rows of a page; a file of all rows speaks of the reports alone.
    drifts = tables.Column(
        verbose_name=_("签发后变动"),
        orderable=False,
        empty_values=(),
        exclude_from_export=True,
        accessor="pk",
    )

    row_template = "reports/summaries/row.html"

    class Meta(HouseTable.Meta):
        model = AnnualReport
        fields = (
            "year",
            "bureau",
            "title",
            "state",
            "figures_as_of",
            "signed_on",
            "signer",
            "drifts",
        )
        order_by = ("-year", "bureau")
