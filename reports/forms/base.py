"""Fields that several forms share."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

from django import forms
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from reports.domain.counting import minutes_between
from reports.domain.dates import day_typed, hour_typed, lacks_its_year
from reports.domain.deadlines import Within
from reports.models import Appointment, Due, Person, Unit
from reports.models.choices import listed


class DayInput(forms.DateInput):
    """A day as text, so that it speaks the page's language and not the browser's.

    A script adds a calendar to every ``input.day``; without it the field is typed into.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        own = {"class": "day", "placeholder": "2026-03-31", "autocomplete": "off"}
        super().__init__(format="%Y-%m-%d", attrs=own | (attrs or {}))


class DayField(forms.DateField):
    """A day in any of the ways people write it.

    The page says by ``near`` which day a day without its year is nearest to, and by ``latest``
    which one it cannot be after.
    """

    widget = DayInput
    default_error_messages = {
        "invalid": _("请填写日期，如 2026-03-31 或 2026年3月31日。"),
        "no_year": _("请写明年份，如 2026-03-31。"),
    }
    near: date | None = None
    latest: date | None = None

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, str):
            return super().to_python(value)
        if not value.strip():
            return None
        found = day_typed(value, near=self.near, latest=self.latest)
        if found is None:
            lacking = self.near is None and lacks_its_year(value)
            code = "no_year" if lacking else "invalid"
            raise forms.ValidationError(self.error_messages[code], code=code)
        return found


def day_field(**kwargs: Any) -> DayField:
    return DayField(**kwargs)


class HourField(forms.TimeField):
    """An hour in any of the ways people write it, in the language of the page."""

    default_error_messages = {"invalid": _("请填写时间，如 14:30。")}

    def __init__(self, **kwargs: Any):
        attrs = {"class": "hour", "placeholder": "14:30", "autocomplete": "off"}
        super().__init__(widget=forms.TimeInput(format="%H:%M", attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> time | None:
        if not isinstance(value, str):
            return super().to_python(value)
        if not value.strip():
            return None
        found = hour_typed(value)
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


def text_field(*, rows: int = 3, **kwargs: Any) -> forms.CharField:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class Choice(forms.ModelChoiceField):
    """One of the ledger's own rows; says in words what choosing none means."""

    def __init__(self, *args: Any, **kwargs: Any):
        nothing = _("请选择") if kwargs.get("required", True) else _("不指定")
        kwargs.setdefault("empty_label", nothing)
        super().__init__(*args, **kwargs)


class UnitField(Choice):
    loaded: dict[str, Unit] | None = None

    def label_from_instance(self, obj):
        return obj.label

    def offer(self, units: Iterable[Unit]) -> None:
        """Let choose from units that the page has read already, without reading them again."""
        self.loaded = {str(unit.pk): unit for unit in units}
        nothing = [] if self.empty_label is None else [("", self.empty_label)]
        self.choices = [*nothing, *((unit.pk, unit.label) for unit in self.loaded.values())]

    def to_python(self, value):
        if self.loaded is None or value in self.empty_values:
            return super().to_python(value)
        found = self.loaded.get(str(value))
        if found is None:
            message = self.error_messages["invalid_choice"]
            raise forms.ValidationError(message, code="invalid_choice", params={"value": value})
        return found


class TemplateField(Choice):
    """A template of the annual report; ``empty_label`` says what none means."""

    def label_from_instance(self, obj):
        return obj.name


class UnitsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj):
        return obj.label


class PersonField(Choice):
    """People with their unit and posts; ``people_of`` fills it with those who have not left."""

    def label_from_instance(self, obj):
        posts = dict.fromkeys(each.post.name for each in getattr(obj, "held", ()))
        where = " · ".join([obj.unit.label, listed(posts)] if posts else [obj.unit.label])
        return _("%(name)s（%(where)s）") % {"name": obj.name, "where": where}


def people_of(scope, *, bureau_id: int | None, today):
    """Who may be chosen: people of the bureau (or of the scope), without those who have left."""
    rows = scope.limit(Person.objects.standing())
    rows = rows.filter(Q(left_on__isnull=True) | Q(left_on__gte=today))
    if bureau_id is not None:
        rows = rows.filter(unit__bureau=bureau_id)
    held = Appointment.objects.in_office_on(today).select_related("post")
    held = held.order_by("post__is_capacity", "post__position", "pk")
    posts = Prefetch("appointments", held, to_attr="held")
    return rows.select_related("unit").prefetch_related(posts).order_by("unit__path", "pk")


def days_field() -> forms.IntegerField:
    """The number of days of a term."""
    return forms.IntegerField(
        label=_("限期天数"),
        min_value=1,
        max_value=999,
        required=False,
        help_text=_("如“30日内”填30，自次日起算，末日遇节假日顺延。"),
    )


class TermForm(forms.Form):
    """A due day as a day, as a month, or as a number of days.

    The fields are ``due_on``, ``due_is_month``, ``due_within`` (a ``days_field``) and
    ``due_in_workdays``.
    """

    def within(self) -> Within | None:
        days = self.cleaned_data.get("due_within")
        return Within(days, bool(self.cleaned_data.get("due_in_workdays"))) if days else None

    def check_term(self, given: dict[str, object]) -> None:
        if given.get("due_within") and given.get("due_on"):
            self.add_error("due_within", _("期限日期和限期天数只填一项。"))


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; the value is a list. What they are is the action's question."""

    widget = FilesInput

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("help_text", SECRECY)
        super().__init__(*args, **kwargs)

    def clean(self, data, initial=None):
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        if not files:
            return [super().clean(None, initial)] if self.required else []
        # An empty file is refused by the action, with its name in the sentence.
        return list(files)


SECRECY = _("严禁上传涉密信息和警务工作秘密；不便上传的，请填写索引。")


# --- what the forms of a meeting share ----------------------------------------------------------

LONGEST_KEY = 15
TOO_LONG = 12 * 60  # minutes


class DuesField(forms.Field):
    """Ticked lines; a line stands for one due, or for those of many units or people: ``12,13``."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dues: tuple[Due, ...] = ()

    def clean(self, value) -> list[Due]:
        ticked = keys_in(value)
        if ticked - {due.pk for due in self.dues}:
            raise forms.ValidationError(_("所选的应开事项已有变化，请核对后重新勾选。"))
        return [due for due in self.dues if due.pk in ticked]


def keys_in(values: Iterable[object] | None) -> set[int]:
    """The keys that ticked lines stand for; what is no key is left out."""
    parts = (key_in(part) for value in values or () for part in str(value).split(","))
    return {part for part in parts if part is not None}


def key_in(typed: str | None) -> int | None:
    """The key that stands in a field, if any; nothing longer than a key can be."""
    fits = typed and typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_KEY
    return int(typed) if fits else None


def names_in(text: str) -> list[str]:
    """Several names in one field, each once."""
    names = (name.strip() for name in re.split(r"[、,，;；\n]", text))
    return list(dict.fromkeys(name for name in names if name))


def grouped(chairs: Iterable[tuple[str, str, int]]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Choices under the place they are from."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for place, label, key in chairs:
        groups.setdefault(place, []).append((key, label))
    return list(groups.items())


def refuse_bad_hours(form: forms.Form, data: Mapping[str, Any]) -> None:
    """Say beside the field what is wrong with the hours of a meeting."""
    begun, ended = data.get("starts_at"), data.get("ends_at")
    lasted = minutes_between(begun, ended)
    if ended is not None and begun is None and not form.has_error("starts_at"):
        form.add_error("starts_at", _("填写了结束时间的，请填写开始时间。"))
    elif lasted == 0:
        form.add_error("ends_at", _("结束时间与开始时间相同，请核对。"))
    elif lasted is not None and lasted > TOO_LONG:
        form.add_error("ends_at", _("结束时间早于开始时间，或超过12小时，请核对。"))
