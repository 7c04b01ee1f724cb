"""A notice (督办单) as it is drafted, signed, answered and ended."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.actions.evidence import Upload
from reports.actions.notices import ItemDraft, NoticeDraft, NoticeFromAbove, ReplyDraft
from reports.models import IssuingOffice, Notice, Person, Unit
from reports.models.choices import EvidenceKind
from reports.selectors.notices import ItemRecord, Offers, Why

from .base import FilesField, PersonField, day_field, text_field

BLANK_ITEMS, MOST_FREE = 3, 20
WHY_LABELS = {
    Why.CHOSEN: _("已选的事项"),
    Why.PROBLEM_OVERDUE: _("逾期未销号的问题"),
    Why.PROBLEM_RETURNED: _("被退回或者重新整改的问题"),
    Why.MEASURE_OVERDUE: _("逾期未完成的措施"),
    Why.DUE_MISSED: _("未召开、未落实的事项"),
}


class ItemsForm(forms.Form):
    """What is offered to tick, each with its demand, and lines for demands of one's own."""

    title = forms.CharField(
        label=_("事由"), max_length=150, help_text=_("督办什么，如：逾期问题的整改。")
    )
    answer_by = day_field(label=_("回复期限"))
    text = text_field(label=_("督办要求"), rows=3, required=False)

    def __init__(self, *args, offers: Offers, ticked: Iterable[str], free: Sequence[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.offers, chosen = offers, set(ticked)
        for offer in offers.rows:
            self.fields[f"pick_{offer.key}"] = forms.BooleanField(
                label=offer.title, required=False, initial=offer.key in chosen
            )
            self.fields[f"demand_{offer.key}"] = text_field(
                label=gettext("督办要求：%(title)s") % {"title": offer.title},
                required=False,
                max_length=300,
                rows=2,
                initial=offer.demand,
            )
        self.free_rows = min(len(free) + BLANK_ITEMS, MOST_FREE)
        for n in range(1, self.free_rows + 1):
            self.fields[f"free_{n}"] = forms.CharField(
                label=gettext("其他事项%(n)s") % {"n": n},
                required=False,
                max_length=300,
                initial=free[n - 1] if n <= len(free) else "",
            )

    def groups(self):
        """Each why with its offers, their fields, and whether there are more than are shown."""
        return [
            (
                WHY_LABELS[why],
                [(o, self[f"pick_{o.key}"], self[f"demand_{o.key}"]) for o in found],
                why in self.offers.more,
            )
            for why, found in groupby(self.offers.rows, key=lambda offer: offer.why)
        ]

    def free_fields(self):
        return [self[f"free_{n}"] for n in range(1, self.free_rows + 1)]

    def head_fields(self):
        own = [*(f"free_{n}" for n in range(1, self.free_rows + 1))]
        for offer in self.offers.rows:
            own += [f"pick_{offer.key}", f"demand_{offer.key}"]
        return [field for field in self.visible_fields() if field.name not in own]

    def clean(self):
        given = super().clean()
        for offer in self.offers.rows:
            name = f"demand_{offer.key}"
            if given.get(f"pick_{offer.key}") and not given.get(name) and name not in self.errors:
                self.add_error(name, _("勾选的事项须写明督办要求。"))
        return given

    def items(self) -> tuple[ItemDraft, ...]:
        given = self.cleaned_data
        found = [
            ItemDraft(given[f"demand_{offer.key}"], **{f"{offer.kind}_id": offer.pk})
            for offer in self.offers.rows
            if given.get(f"pick_{offer.key}")
        ]
        found += [
            ItemDraft(words)
            for n in range(1, self.free_rows + 1)
            if (words := given.get(f"free_{n}", "").strip())
        ]
        return tuple(found)


class NoticeForm(ItemsForm):
    """A draft in the name of an office."""

    office = forms.TypedChoiceField(label=_("制发机关"), coerce=int)
    drafted_on = day_field(label=_("拟稿日期"))
    field_order = ("office", "title", "drafted_on", "answer_by", "text")

    def __init__(
        self,
        *args,
        offices: Sequence[IssuingOffice] = (),
        notice: Notice | None = None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.offices = {office.pk: office for office in offices}
        self.fields["office"].choices = [(pk, str(each)) for pk, each in self.offices.items()]
        if notice is not None:
            # The office and the day of the first draft stay as they are.
            del self.fields["office"], self.fields["drafted_on"]
        self.notice = notice

    def draft(self, unit: Unit) -> NoticeDraft:
        given = self.cleaned_data
        kept = self.notice
        return NoticeDraft(
            office=kept.office if kept else self.offices[given["office"]],
            unit=unit,
            title=given["title"],
            answer_by=given["answer_by"],
            drafted_on=kept.drafted_on if kept else given["drafted_on"],
            text=given["text"],
            items=self.items(),
        )


class FromAboveForm(ItemsForm):
    """A notice that came in on paper."""

    issued_by = forms.CharField(label=_("来文机关"), max_length=80)
    number = forms.CharField(label=_("来文文号"), max_length=60)
    issued_on = day_field(label=_("来文日期"))
    scan = forms.FileField(
        label=_("来文扫描件"),
        required=False,
        help_text=_("严禁上传涉密信息和警务工作秘密。"),
    )
    field_order = ("issued_by", "number", "issued_on", "title", "answer_by", "text", "scan")

    def draft(self, unit: Unit) -> NoticeFromAbove:
        given = self.cleaned_data
        return NoticeFromAbove(
            issued_by=given["issued_by"],
            number=given["number"],
            unit=unit,
            title=given["title"],
            answer_by=given["answer_by"],
            issued_on=given["issued_on"],
            text=given["text"],
            items=self.items(),
        )


class SignedSheetForm(forms.Form):
    """What was signed on paper: by whom, when, and the sheet."""

    signer = PersonField(
        label=_("签发人"),
        queryset=Person.objects.none(),
        help_text=_("在签批件上签字的领导；拟稿人不能签发。"),
    )
    on = day_field(label=_("签发日期"))
    scan = forms.FileField(label=_("签批件扫描件"), help_text=_("严禁上传涉密信息和警务工作秘密。"))

    def __init__(self, *args, signers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["signer"].queryset = signers


class ApproveForm(forms.Form):
    """Signing has nothing to fill in: it is done today, by who presses the button."""


class OnDayForm(forms.Form):
    on = day_field(label=_("日期"))

    def __init__(self, *args, label, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].label = label


class OpinionForm(OnDayForm):
    """Sending back says why, ending says what one thinks of it."""

    note = text_field(label=_("意见"), rows=4)
    field_order = ("note", "on")

    def __init__(self, *args, note_label, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].label = note_label


class ReplyForm(forms.Form):
    """What the unit answers to each item, approved by its head."""

    on = day_field(label=_("回复日期"))
    approved_by = PersonField(
        label=_("审批的单位负责人"),
        queryset=Person.objects.none(),
        help_text=_("当日在本单位任职的负责人。"),
    )
    from_paper = forms.BooleanField(label=_("凭签批件录入"), required=False)
    scan = forms.FileField(
        label=_("签批件扫描件"),
        required=False,
        help_text=_("凭签批件录入的须上传。严禁上传涉密信息和警务工作秘密。"),
    )

    def __init__(self, *args, records: Sequence[ItemRecord], heads, **kwargs):
        super().__init__(*args, **kwargs)
        self.records = list(records)
        field = self.fields["approved_by"]
        field.queryset = heads
        # Read once, for the list and for who stands first in it.
        field.initial = next((person.pk for person in field.queryset), None)
        for record in self.records:
            item = record.item
            self.fields[f"text_{item.pk}"] = text_field(
                label=gettext("第%(n)s项办理情况") % {"n": item.position},
                rows=3,
                required=False,
                initial=record.last.text if record.last else "",
            )
            self.fields[f"files_{item.pk}"] = FilesField(
                label=gettext("第%(n)s项附件") % {"n": item.position}, required=False, help_text=""
            )

    def pairs(self):
        """Each item with its two fields."""
        return [
            (record, self[f"text_{record.item.pk}"], self[f"files_{record.item.pk}"])
            for record in self.records
        ]

    def head_fields(self):
        return [self[name] for name in ("approved_by", "on", "from_paper", "scan")]

    def clean(self):
        given = super().clean()
        if given.get("from_paper") and not given.get("scan"):
            self.add_error("scan", _("请上传签批件扫描件。"))
        if not any(given.get(f"text_{record.item.pk}") for record in self.records):
            self.add_error(None, _("请至少填写一项办理情况。"))
        for record in self.records:
            name = f"text_{record.item.pk}"
            if given.get(f"files_{record.item.pk}") and not given.get(name):
                self.add_error(name, _("上传附件的事项须填写办理情况。"))
        return given

    def replies(self) -> list[ReplyDraft]:
        return [
            ReplyDraft(record.item.pk, words)
            for record in self.records
            if (words := self.cleaned_data[f"text_{record.item.pk}"])
        ]

    def uploads(self, item_id: int) -> list[Upload]:
        files = self.cleaned_data.get(f"files_{item_id}") or []
        return [Upload(file, EvidenceKind.MATERIAL) for file in files]

    def sheet(self) -> Upload | None:
        if not self.cleaned_data.get("from_paper"):
            return None
        return Upload(self.cleaned_data["scan"], EvidenceKind.DECISION)
