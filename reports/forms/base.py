"""Fields that several forms share."""

from typing import Any

from django import forms
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from reports.models import Appointment, Person
from reports.models.choices import listed


def day_field(**kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "placeholder": "2026-03-31"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, **kwargs)


def text_field(*, rows: int = 3, **kwargs: Any) -> forms.CharField:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class Choice(forms.ModelChoiceField):
    """One of the ledger's own rows; says in words what choosing none means."""

    def __init__(self, *args: Any, **kwargs: Any):
        nothing = _("请选择") if kwargs.get("required", True) else _("不指定")
        kwargs.setdefault("empty_label", nothing)
        super().__init__(*args, **kwargs)


class UnitField(Choice):
    def label_from_instance(self, obj):
        return obj.label


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
    rows = scope.limit(Person.objects.all()).filter(Q(left_on__isnull=True) | Q(left_on__gte=today))
    if bureau_id is not None:
        rows = rows.filter(unit__bureau=bureau_id)
    held = Appointment.objects.in_office_on(today).select_related("post")
    held = held.order_by("post__is_capacity", "post__position", "pk")
    posts = Prefetch("appointments", held, to_attr="held")
    return rows.select_related("unit").prefetch_related(posts).order_by("unit__path", "pk")


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
