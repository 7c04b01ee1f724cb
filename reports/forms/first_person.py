"""What is typed of duties, of deeds in person, and of accounts given."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.actions.first_person import AccountDraft, DeedDraft, DutyDraft
from reports.domain.first_person import AccountForm, DeedForm, DeedKind
from reports.models import (
    AccountGiven,
    Appointment,
    Deed,
    DutyList,
    FirstPersonDuty,
    Meeting,
    Schedule,
)
from reports.models.choices import (
    ACCOUNT_FORM_LABELS,
    DEED_FORM_LABELS,
    DEED_KIND_LABELS,
    day_label,
    labelled,
)
from reports.selectors.first_person import Offer, post_words

from .base import Choice, day_field, text_field

LINK_GROUPS = {
    "meeting": _("近期会议"),
    "problem": _("在办问题"),
    "task": pgettext_lazy("several", "上级任务"),
}
BLANK_ROWS, ROWS_OF_A_FRAME = 2, 6


class HolderField(forms.ChoiceField):
    """Someone who answers for a unit, now or until lately; the value is the appointment."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.holders: dict[str, Appointment] = {}

    def offer(self, holders: Iterable[Appointment], today: date) -> None:
        """One choice is no question."""
        self.holders = {holder_key(each): each for each in holders}
        nothing = [("", _("请选择"))] if len(self.holders) != 1 else []
        named = [(value, holder_label(each, today)) for value, each in self.holders.items()]
        self.choices = [*nothing, *named]

    def clean(self, value):
        return self.holders.get(super().clean(value))


def holder_key(held: Appointment) -> str:
    """The value of a choice: the person and the unit."""
    return f"{held.person_id}-{held.unit_id}"


def holder_label(held: Appointment, today: date) -> str:
    """张某（东城分局 第一责任人）; of who has left, until when."""
    told = {"name": held.person.name, "where": f"{held.unit.label} {post_words(held)}"}
    if held.last_day is None or held.last_day >= today:
        return str(_("%(name)s（%(where)s）") % told)
    told["day"] = day_label(held.last_day)
    return str(_("%(name)s（%(where)s，任至%(day)s）") % told)


class DutiesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj):
        return _("%(number)s．%(text)s") % {"number": obj.position, "text": obj.text}


class DeedEntry(forms.Form):
    """A deed; the record it refers to comes from the page one was on, or is chosen here."""

    once = forms.UUIDField(widget=forms.HiddenInput, required=False)
    holder = HolderField(label=_("履职人"))
    kind = forms.ChoiceField(label=_("履职方式"), choices=labelled(DEED_KIND_LABELS))
    form = forms.ChoiceField(label=_("形式"), choices=labelled(DEED_FORM_LABELS))
    on = day_field(label=pgettext_lazy("type", "日期"))
    link = forms.ChoiceField(
        label=_("关联记录"),
        required=False,
        help_text=_("已在台账中的，选择即可，不必重录；其他记录从其页面点“记为履职”。"),
    )
    title = forms.CharField(
        label=_("事项"),
        max_length=200,
        required=False,
        help_text=_("只写工作事项，不写具体案件、当事人；已关联记录的可以不填，取其名称。"),
    )
    occasion = forms.CharField(
        label=_("场合"), max_length=200, required=False, help_text=_("如：在专报上批示、现场调研。")
    )
    document_number = forms.CharField(label=_("文号"), max_length=80, required=False)
    duties = DutiesField(
        label=_("对应职责"),
        queryset=FirstPersonDuty.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选的，按履职方式归入职责清单。"),
    )
    fieldsets = (
        (_("谁，以什么方式"), ("holder", "on", "kind", "form")),
        (_("什么事项"), ("link", "title", "occasion", "document_number")),
        (_("职责清单"), ("duties",)),
    )

    def __init__(
        self,
        *args,
        holders: list[Appointment],
        today: date,
        linked: Mapping[str, Model] | None = None,
        linked_title: str = "",
        offers: Mapping[str, list[Offer]] | None = None,
        deed: Deed | None = None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.linked, self.linked_title = linked or {}, linked_title
        self.fields["once"].initial = uuid.uuid4
        self.fields["holder"].offer(holders, today)
        duties = FirstPersonDuty.objects.filter(
            duty_list__unit__in={each.unit_id for each in holders}, duty_list__year=today.year
        )
        self.fields["duties"].queryset = duties.order_by("duty_list_id", "position")
        if offers and not self.linked and deed is None:
            self.offer_links(offers)
        else:
            del self.fields["link"]
        if deed is not None:
            del self.fields["once"]
            self.fields["holder"].disabled = True

    def offer_links(self, offers: Mapping[str, list[Offer]]) -> None:
        """Under the names of what they are; of a meeting also the day."""
        self.offers = {each.value: each for found in offers.values() for each in found}
        groups = [
            (LINK_GROUPS[name], [(each.value, offer_label(each)) for each in found])
            for name, found in offers.items()
        ]
        self.fields["link"].choices = [("", _("不关联")), *groups]

    def clean(self):
        given = super().clean()
        chosen = given.get("link")
        if not given.get("title") and not chosen and not self.linked and "title" not in self.errors:
            self.add_error("title", _("请填写事项。"))
        return given

    @property
    def chosen_link(self) -> tuple[str, int] | None:
        """The column and key of the record chosen here."""
        value = self.cleaned_data.get("link")
        if not value:
            return None
        name, _dash, key = value.partition("-")
        return name, int(key)

    def draft(self, links: Mapping[str, Model]) -> DeedDraft:
        given = self.cleaned_data
        chosen = given.get("link")
        proposed = self.offers[chosen].title if chosen else self.linked_title
        held: Appointment = given["holder"]
        return DeedDraft(
            unit=held.unit,
            person=held.person,
            on=given["on"],
            kind=DeedKind(given["kind"]),
            form=DeedForm(given["form"]),
            title=given["title"] or proposed,
            occasion=given["occasion"],
            document_number=given["document_number"],
            duties=tuple(given["duties"]),
            links=links,
            once=given.get("once"),
        )


def offer_label(offer: Offer) -> str:
    """6月3日 党委会; a problem with its number."""
    if offer.on is None:
        return offer.label
    return f"{day_label(offer.on)} {offer.label}"


def deed_initial(deed: Deed) -> dict[str, object]:
    """The fields of the form as the deed has them."""
    plain = ("kind", "form", "on", "title", "occasion", "document_number")
    return {name: getattr(deed, name) for name in plain} | {
        "holder": f"{deed.person_id}-{deed.unit_id}",
        "duties": [duty.pk for duty in deed.duties.all()],
    }


class MeetingChoice(Choice):
    def label_from_instance(self, obj):
        told = {"day": day_label(obj.held_on), "title": obj.title, "unit": obj.unit.label}
        return _("%(day)s %(title)s（%(unit)s）") % told


class AccountEntry(forms.Form):
    """An account given of a year."""

    holder = HolderField(label=_("述法人"))
    year = forms.IntegerField(label=_("述法年度"), min_value=2000, max_value=2100)
    form = forms.ChoiceField(label=_("述法形式"), choices=labelled(ACCOUNT_FORM_LABELS))
    on = day_field(label=_("述法日期"))
    before = forms.CharField(
        label=_("述法对象"), max_length=100, help_text=_("如：局党委、市局党委。")
    )
    meeting = MeetingChoice(
        label=_("述法会议"),
        queryset=Meeting.objects.none(),
        required=False,
        help_text=_("会议述法的，选择已记录的会议；书面述法不选。"),
    )
    comment = text_field(label=_("点评意见"), required=False, help_text=_("可在点评后补填。"))
    commented_by = forms.CharField(label=_("点评人"), max_length=60, required=False)
    fieldsets = (
        (_("述法"), ("holder", "year", "form", "on", "before", "meeting")),
        (_("点评"), ("comment", "commented_by")),
    )

    def __init__(
        self,
        *args,
        holders: list[Appointment],
        meetings,
        today: date,
        account: AccountGiven | None = None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.fields["holder"].offer(holders, today)
        self.fields["meeting"].queryset = meetings
        if account is not None:
            self.fields["holder"].disabled = self.fields["year"].disabled = True

    def draft(self) -> AccountDraft:
        given = self.cleaned_data
        held: Appointment = given["holder"]
        return AccountDraft(
            unit=held.unit,
            person=held.person,
            year=given["year"],
            form=AccountForm(given["form"]),
            on=given["on"],
            before=given["before"],
            meeting=given["meeting"],
            comment=given["comment"],
            commented_by=given["commented_by"],
        )


def account_initial(account: AccountGiven) -> dict[str, object]:
    """The fields of the form as the account has them."""
    plain = ("year", "form", "on", "before", "comment", "commented_by")
    return {name: getattr(account, name) for name in plain} | {
        "holder": f"{account.person_id}-{account.unit_id}",
        "meeting": account.meeting_id,
    }


# --- lists of duties -----------------------------------------------------------------------------


class PostChoice(Choice):
    """The post whose duties a list names."""


class DutyListEntry(forms.ModelForm):
    """The head of a list."""

    class Meta:
        model = DutyList
        fields = ("title", "basis", "post")

    def __init__(self, *args, posts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["post"] = PostChoice(label=_("责任身份"), queryset=posts)


class SchedulesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj):
        return _("%(schedule)s（%(set)s）") % {"schedule": obj.name, "set": obj.set.name}


class DutyRow(forms.Form):
    """An item of a list; a row without text that was never one is no item."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    position = forms.IntegerField(label=_("序号"), min_value=1, max_value=99, required=False)
    text = text_field(label=_("职责"), rows=3, required=False)
    kinds = forms.MultipleChoiceField(
        label=_("由哪些履职方式体现"),
        choices=labelled(DEED_KIND_LABELS),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    schedules = SchedulesField(
        label=_("由哪些制度体现"),
        queryset=Schedule.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    remove = forms.BooleanField(label=_("删去这一条"), required=False)

    def __init__(self, *args, schedules, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["schedules"].queryset = schedules

    def clean(self):
        given = super().clean()
        if given.get("pk") and not given.get("text") and not given.get("remove"):
            self.add_error("text", _("请填写职责；不要这一条的，勾选“删去这一条”。"))
        return given

    @property
    def is_item(self) -> bool:
        return bool(self.cleaned_data["text"]) and not self.cleaned_data["remove"]

    def draft(self) -> DutyDraft:
        given = self.cleaned_data
        return DutyDraft(
            text=given["text"],
            kinds=tuple(DeedKind(kind) for kind in given["kinds"]),
            schedules=tuple(given["schedules"]),
            pk=given["pk"],
        )


def duty_rows(duties: list[FirstPersonDuty], schedules, data=None) -> list[DutyRow]:
    """A row for each item, and a few blank ones."""
    there = list(schedules)
    blank = BLANK_ROWS if duties else ROWS_OF_A_FRAME
    known: list[dict[str, object]] = [
        {
            "pk": duty.pk,
            "position": duty.position,
            "text": duty.text,
            "kinds": duty.deed_kinds,
            "schedules": [schedule.pk for schedule in duty.schedules.all()],
        }
        for duty in duties
    ]
    last = max((duty.position for duty in duties), default=0)
    known += [{"position": last + number} for number in range(1, blank + 1)]
    rows = [
        DutyRow(data, prefix=f"item-{number}", initial=initial, schedules=schedules)
        for number, initial in enumerate(known, 1)
    ]
    for row in rows:
        # One reading of the schedules serves all rows.
        field = row.fields["schedules"]
        field.choices = [(each.pk, field.label_from_instance(each)) for each in there]
    return rows


def drafts_of(rows: Iterable[DutyRow]) -> list[DutyDraft]:
    """The items of valid rows, in the order of the numbers typed."""
    items = [row for row in rows if row.is_item]
    ordered = sorted(items, key=lambda row: row.cleaned_data["position"] or 100)
    return [row.draft() for row in ordered]
