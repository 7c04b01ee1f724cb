"""Shapes that several models share."""

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def evidence_storage():
    """Outside the static tree; files leave it only through a view that asks who you are."""
    return storages["evidence"]


class Recorded(models.Model):
    """Who entered the row and at which moment; both set by the server."""

    recorded_at = models.DateTimeField(_("录入时间"), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("录入人"),
    )

    class Meta:
        abstract = True


class Cancellable(models.Model):
    """Entered by mistake: stays visible with the reason and counts nothing."""

    cancelled_at = models.DateTimeField(_("作废时间"), null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("作废人"),
    )
    cancelled_because = models.CharField(_("作废原因"), max_length=300, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_because="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_because="")),
                name="%(class)s_cancelled_with_a_reason",
                violation_error_message=_("作废必须写明原因。"),
            )
        ]

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None


class Imported(models.Model):
    """Where an imported row comes from; empty for what was entered by hand."""

    imported_from = models.CharField(_("导入来源"), max_length=200, blank=True, editable=False)
    imported_row = models.PositiveIntegerField(_("来源行号"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True


def ends_after_it_begins(first: str, last: str, name: str, message) -> models.CheckConstraint:
    """A span with both ends included; an open end is NULL."""
    return models.CheckConstraint(
        condition=Q(**{f"{last}__isnull": True})
        | Q(**{f"{first}__isnull": True})
        | Q(**{f"{last}__gte": F(first)}),
        name=name,
        violation_error_message=message,
    )
