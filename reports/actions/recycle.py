"""The recycle bin: what a person deletes is kept for thirty days and can be put back."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, router, transaction
from django.db.models import ForeignKey, Model
from django.db.models.deletion import Collector
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.domain.recycle import KEPT_DAYS, AgainstRestoring, reasons_against_restoring
from reports.models import DeletedRecord, Holiday, Unit

# Dues were judged anew when the day went; they would not be when it came back.
BY_HAND = frozenset({Holiday._meta.label_lower})


class CannotRestoreRecord(Refused):
    """It is there again already, gone for good, or what it refers to is gone."""


def throw_away(
    row: Model, *, bureau: Unit | None, by: User | None, at: datetime, label: str = ""
) -> DeletedRecord:
    """Delete a row with what hangs on it, and keep all of it in the recycle bin of a bureau.

    ``label`` is what people know it by. The caller is within a transaction and has asked the
    rules; the history of the row notes who deleted it, too.
    """
    kept = DeletedRecord.objects.create(
        # A unit below keeps its bin at its bureau.
        bureau_id=bureau and (bureau.bureau_id or bureau.pk),
        kind=row._meta.label_lower,
        key=row.pk,
        label=(label or str(row))[:200],
        rows=_as_data([row, *_dependents(row)]),
        deleted_at=at,
        deleted_by=by,
    )
    row._history_user, row._history_date = by, at
    row.delete()
    return kept


def _dependents(row: Model) -> list[Model]:
    """What goes with a row, in an order in which it can come back."""
    collector = Collector(using=router.db_for_write(type(row)), origin=row)
    collector.collect([row])
    collector.sort()
    found = [each for rows in collector.data.values() for each in rows]
    found += [each for rows in collector.fast_deletes for each in rows]
    own = {field.remote_field.through for field in row._meta.many_to_many}
    return [each for each in reversed(found) if each != row and type(each) not in own]


def _as_data(rows: Iterable[Model]) -> list[dict[str, Any]]:
    text = serializers.serialize("jsonl", rows, ensure_ascii=False)
    return [json.loads(line) for line in text.split("\n") if line]


@transaction.atomic
def restore_record(*, deleted_id: int, by: User, at: datetime) -> DeletedRecord:
    """Put back what was deleted, under its old key, within thirty days.

    Refuses what was put back already, what is gone for good, what must be entered by hand, and
    what refers to a record that is gone or whose place another one has taken.
    """
    kept = DeletedRecord.objects.select_for_update(of=("self",)).get(pk=deleted_id)
    against = reasons_against_restoring(
        is_restored=kept.restored_at is not None,
        is_purged=kept.purged_at is not None,
        is_by_hand=kept.kind in BY_HAND,
        deleted_on=localtime(kept.deleted_at).date(),
        today=localtime(at).date(),
    )
    if against:
        raise CannotRestoreRecord([sentence(each) for each in against])
    for data in kept.rows:
        _put_back(data, by=by, at=at)
    kept.restored_at, kept.restored_by = at, by
    kept.save(update_fields=["restored_at", "restored_by"])
    return kept


def sentence(reason: AgainstRestoring) -> str:
    """Why it is not put back, as people read it."""
    return {
        AgainstRestoring.RESTORED: _("这条记录已经恢复。"),
        AgainstRestoring.PURGED: _("删除已满%(n)s天，不能恢复。") % {"n": KEPT_DAYS},
        AgainstRestoring.BY_HAND: _("删除时已重新核算有关事项，请在原处重新录入。"),
    }[reason]


def _put_back(data: dict[str, Any], *, by: User, at: datetime) -> None:
    found = next(serializers.deserialize("python", [data], handle_forward_references=True))
    row = found.object
    told = {"name": row._meta.verbose_name}
    if type(row)._base_manager.filter(pk=row.pk).exists():
        raise CannotRestoreRecord([_("编号已被占用，不能恢复“%(name)s”。") % told])
    for field in row._meta.concrete_fields:
        target = getattr(row, field.attname)
        if not isinstance(field, ForeignKey) or target is None:
            continue
        rows = field.related_model._base_manager.filter(**{field.target_field.attname: target})
        if not rows.exists():
            told["field"] = field.verbose_name
            raise CannotRestoreRecord([_("“%(name)s”所属的“%(field)s”已不存在，不能恢复。") % told])
    row._history_user, row._history_date = by, at
    try:
        with transaction.atomic():
            row.validate_constraints()
            row.save(force_insert=True)
            for name, keys in (found.m2m_data or {}).items():
                getattr(row, name).set(keys)
    except (ValidationError, IntegrityError) as error:
        raise CannotRestoreRecord(
            [_("删除以后有了冲突的新记录，不能恢复“%(name)s”。") % told]
        ) from error


@transaction.atomic
def purge_deleted(*, at: datetime) -> int:
    """Empty what was deleted more than thirty days ago; how many. That it was deleted, by whom and
    when, stays."""
    before = at - timedelta(days=KEPT_DAYS + 1)
    old = DeletedRecord.objects.filter(
        deleted_at__lt=before, purged_at__isnull=True, restored_at__isnull=True
    )
    return old.update(rows=[], purged_at=at)


def kind_name(kind: str) -> str:
    """What people call the rows of a model."""
    return str(apps.get_model(kind)._meta.verbose_name)
