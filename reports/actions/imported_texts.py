"""Texts kept with their drafts, and the drafts decided one by one.

Nothing of a text is in the ledger before it is entered (``entered_texts``).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.domain.drafts import RECORDS_OF, FoundDraft, lacking
from reports.domain.imports import DraftDecision, DraftKind, TextKind, TextState
from reports.models import (
    Appointment,
    Draft,
    Figure,
    Honour,
    ImportedText,
    Measure,
    Post,
    Problem,
    Schedule,
    ScheduleSet,
    Unit,
)
from reports.models.choices import (
    DRAFT_DECISION_LABELS,
    DRAFT_FIELD_LABELS,
    day_label,
    listed,
)
from reports.selectors.imported_texts import AtOnce, values_of

MODELS: Mapping[str, type[Model]] = {
    "unit": Unit,
    "post": Post,
    "appointment": Appointment,
    "schedule_set": ScheduleSet,
    "schedule": Schedule,
    "problem": Problem,
    "measure": Measure,
    "figure": Figure,
    "honour": Honour,
}


class CannotDecide(Refused):
    """The draft cannot be decided like this, or has been by somebody else."""


class CannotChangeText(Refused):
    """The text cannot be kept, given up or opened again."""


# --- keeping ------------------------------------------------------------------------------------


def sha256_of(text: str) -> str:
    """By which a text is known again."""
    return hashlib.sha256(text.encode()).hexdigest()


def kept_already(bureau: Unit, text: str) -> ImportedText | None:
    """The same text, word for word, of the same bureau."""
    return ImportedText.objects.filter(bureau=bureau, sha256=sha256_of(text)).first()


@dataclass(frozen=True, slots=True)
class TextDraft:
    """A text as it was read; ``reading`` is what the reader says beside the drafts."""

    bureau: Unit
    kind: TextKind
    file_name: str
    text: str
    title: str
    year: int | None
    reading: Mapping[str, Any]
    drafts: Sequence[FoundDraft]


@transaction.atomic
def keep_text(draft: TextDraft, *, by: User, at: datetime) -> tuple[ImportedText, bool]:
    """Keep a text with its drafts, and say whether it is new.

    The same text of the same bureau is not kept twice: the one that is there is given.
    """
    list(Unit.objects.select_for_update().filter(pk=draft.bureau.pk).values_list("pk"))
    if there := kept_already(draft.bureau, draft.text):
        return there, False
    text = ImportedText.objects.create(
        bureau=draft.bureau,
        kind=draft.kind.value,
        file_name=draft.file_name[:200],
        text=draft.text,
        sha256=sha256_of(draft.text),
        title=draft.title[:200],
        year=draft.year,
        reading=dict(draft.reading),
        recorded_at=at,
        recorded_by=by,
    )
    Draft.objects.bulk_create(
        Draft(
            text=text,
            kind=each.kind.value,
            position=position,
            start=each.start,
            end=each.end,
            found=each.found,
        )
        for position, each in enumerate(draft.drafts, start=1)
    )
    return text, True


@transaction.atomic
def give_up_text(*, text_id: int, because: str, by: User, at: datetime) -> ImportedText:
    """Give a text up (放弃) with the reason: nothing of it gets into the ledger.

    Refuses a text that is not open, and no reason.
    """
    text = locked_text(text_id)
    if text.state == TextState.DROPPED:
        return text
    if text.state != TextState.OPEN:
        raise CannotChangeText([_("该文本已经入库，不能放弃。")])
    if not because.strip():
        raise CannotChangeText([_("请写明放弃的原因。")])
    text.reading = {**text.reading, "given_up_because": because.strip()[:300]}
    end_text(text, TextState.DROPPED, by=by, at=at)
    return text


@transaction.atomic
def reopen_text(*, text_id: int) -> ImportedText:
    """Open a text again that was given up, or entered in part. What was entered stays entered."""
    text = locked_text(text_id)
    text.state, text.ended_at, text.ended_by = TextState.OPEN.value, None, None
    text.save(update_fields=["state", "ended_at", "ended_by"])
    return text


def end_text(text: ImportedText, state: TextState, *, by: User, at: datetime) -> None:
    """A text is dealt with: how, when and by whom."""
    text.state, text.ended_at, text.ended_by = state.value, at, by
    text.save(update_fields=["state", "ended_at", "ended_by", "reading"])


def locked_text(text_id: int) -> ImportedText:
    """The text with its bureau, held until all is written."""
    rows = ImportedText.objects.select_related("bureau", "bureau__kind")
    return rows.select_for_update(of=("self",)).get(pk=text_id)


# --- deciding -----------------------------------------------------------------------------------


def stamp_of(draft: Draft) -> str:
    """What a page says it showed of a draft: who decided what and when; nothing while undecided."""
    if not draft.decision or draft.decided_at is None:
        return ""
    return f"{draft.decision}/{draft.decided_by_id}/{draft.decided_at:%Y%m%d%H%M%S%f}"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decided: ``given`` are the values to take, ``relation`` and ``record`` what
    to merge with. ``decision`` None takes the decision back."""

    decision: DraftDecision | None
    given: Mapping[str, Any] | None = None
    relation: str = ""
    record: int | None = None


@transaction.atomic
def decide_draft(*, draft_id: int, choice: Choice, seen: str, by: User, at: datetime) -> Draft:
    """Decide on one draft. ``seen`` is the ``stamp_of`` what the page showed.

    The same decision once more changes nothing. Refuses a text that is not open, a draft that is
    entered already, one that somebody else has decided since, one to be taken that lacks what it
    needs, and a record to merge with that the bureau does not have.
    """
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("text", "text__bureau", "decided_by")
        .get(pk=draft_id)
    )
    decision = choice.decision.value if choice.decision else ""
    values = _values(draft, choice)
    if (draft.decision, draft.merged_into) == (decision, choice.record) and _same(draft, values):
        return draft
    _refuse_closed(draft)
    if stamp_of(draft) != seen:
        raise CannotDecide([_decided_since(draft)])
    if choice.decision == DraftDecision.TAKE:
        if lacks := lacking(DraftKind(draft.kind), {**draft.found.get("proposed", {}), **values}):
            raise CannotDecide([lacking_words(lacks)])
    elif choice.decision == DraftDecision.MERGE:
        kind = DraftKind(draft.kind)
        row = record_of(draft.text.bureau, kind, choice.relation, choice.record)
        values["merged_label"] = str(row)[:200]
    draft.decision, draft.given, draft.merged_into = decision, values, choice.record
    draft.decided_at, draft.decided_by = (at, by) if decision else (None, None)
    draft.save()
    return draft


def lacking_words(names: Sequence[str]) -> str:
    """What is still to be filled in, in words."""
    return _("还须填写：%(fields)s。") % {
        "fields": listed(str(DRAFT_FIELD_LABELS[name]) for name in names)
    }


def _values(draft: Draft, choice: Choice) -> dict[str, Any]:
    """What is kept of the values: all where the draft is taken, otherwise what was typed."""
    values = dict(draft.given) if choice.given is None else dict(choice.given)
    if choice.decision == DraftDecision.TAKE and choice.given is None:
        values = values_of(draft)
    if choice.decision == DraftDecision.MERGE:
        values["relation"] = choice.relation
    return values


def _same(draft: Draft, values: Mapping[str, Any]) -> bool:
    return {**draft.given, "merged_label": ""} == {**values, "merged_label": ""}


def _refuse_closed(draft: Draft) -> None:
    if draft.text.state != TextState.OPEN:
        raise CannotDecide([_("该文本已经办结，不能再处理其中的条目。")])
    if draft.origins.exists():
        raise CannotDecide([_("该条目已经入库，不能再改。")])


def _decided_since(draft: Draft) -> str:
    if not draft.decision:
        return _("该条目的处理刚被撤回，请核对后再办。")
    who = draft.decided_by.get_full_name() or draft.decided_by.username
    return _("%(who)s已于%(day)s处理该条目：%(what)s。请核对后再办。") % {
        "who": who,
        "day": day_label(draft.decided_at.date()),
        "what": DRAFT_DECISION_LABELS[DraftDecision(draft.decision)],
    }


def record_of(bureau: Unit, kind: DraftKind, relation: str, key: int | None) -> Model:
    """The record to merge with; refuses what is not of the kind, or not of the bureau."""
    row = None
    if relation in RECORDS_OF[kind] and key is not None:
        row = in_bureau(MODELS[relation], bureau).filter(pk=key).first()
    if row is None or getattr(row, "cancelled_at", None) is not None:
        raise CannotDecide([_("请选择要并入的已有记录。")])
    return row


_PATHS = {Appointment: "unit__bureau", ScheduleSet: "unit__bureau", Schedule: "set__unit__bureau"}


def in_bureau(model: type[Model], bureau: Unit) -> Any:
    """The rows of a bureau; posts are everyone's."""
    if model is Post:
        return Post.objects.all()
    return model._default_manager.filter(**{_PATHS.get(model, "bureau"): bureau})


@transaction.atomic
def decide_at_once(*, text_id: int, kind: DraftKind, plan: AtOnce, by: User, at: datetime) -> int:
    """Take or merge many drafts of a kind as the page showed it, and say how many.

    Those that somebody has decided meanwhile are left as they are. Refuses a text that is not
    open.
    """
    text = locked_text(text_id)
    if text.state != TextState.OPEN:
        raise CannotDecide([_("该文本已经办结，不能再处理其中的条目。")])
    merged = dict(plan.merged)
    wanted = {*plan.new, *merged}
    drafts = text.drafts.select_for_update(of=("self",)).filter(
        kind=kind.value, decision="", pk__in=wanted
    )
    changed = []
    for draft in drafts:
        values = values_of(draft)
        if twin := merged.get(draft.pk):
            draft.decision, draft.merged_into = DraftDecision.MERGE.value, twin.pk
            values = {**draft.given, "relation": twin.relation, "merged_label": twin.label}
        else:
            draft.decision = DraftDecision.TAKE.value
        draft.given, draft.decided_at, draft.decided_by = values, at, by
        changed.append(draft)
    fields = ["decision", "given", "merged_into", "decided_at", "decided_by"]
    Draft.objects.bulk_update(changed, fields)
    return len(changed)
