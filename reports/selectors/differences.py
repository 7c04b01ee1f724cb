"""What a recount says when a kept value is not what the rows make of it."""

from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Difference:
    """One kept value of one row: what stands there and what ought to."""

    table: str
    pk: int
    label: str
    field: str
    kept: object
    expected: object


def table_name(table: str) -> str:
    """What people call the rows of a table."""
    return str(apps.get_model("reports", table)._meta.verbose_name)


def difference_sentence(found: Difference) -> str:
    """The difference in one line: 应开会议/应办事项 #12（…）“已计入”：现为2，应为1"""
    model = apps.get_model("reports", found.table)
    try:
        field = str(model._meta.get_field(found.field.removesuffix("_id")).verbose_name)
    except FieldDoesNotExist:
        field = found.field
    nothing = _("（无）")
    return _("%(table)s #%(pk)s（%(label)s）“%(field)s”：现为%(kept)s，应为%(expected)s") % {
        "table": table_name(found.table),
        "pk": found.pk,
        "label": found.label,
        "field": field,
        "kept": nothing if found.kept in (None, "") else found.kept,
        "expected": nothing if found.expected in (None, "") else found.expected,
    }
