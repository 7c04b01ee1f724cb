"""What is typed of a work record: the fields that all have, and those of its kind."""

import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.evidence import Upload
from reports.actions.records import RecordDraft
from reports.domain.access import Act
from reports.domain.records import (
    FieldType,
    RecordFacts,
    Value,
    reasons_against_record,
    reasons_against_values,
)
from reports.models import Measure, Person, RecordField, RecordKind, Unit, WorkRecord
from reports.models.choices import (
    AGAINST_RECORD_SENTENCES,
    AGAINST_VALUE_SENTENCES,
    EvidenceKind,
    listed,
    month_label,
)
from reports.selectors.records import field_rules, plans_to_choose
from reports.selectors.scope import Scope

from .base import Choice, FilesField, PersonField, UnitField, day_field, people_of, text_field

# Up to so many choices stand open as buttons, each of them one click.
OPEN_CHOICES = 10
LISTED_NAMES = 4
MONTHS_BACK = 24


class NumberInput(forms.TextInput):
    """Digits on a phone's keyboard; no arrows that a wheel of the mouse turns."""

    def __init__(self) -> None:
        super().__init__(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "number"})


class NumberField(forms.CharField):
    """A number as people write it: 1,200 and １２００ are numbers, empty is none."""

    widget = NumberInput

    def to_python(self, value: Any) -> int | float | None:
        typed = unicodedata.normalize("NFKC", super().to_python(value) or "")
        typed = typed.replace(",", "").strip()
        if not typed:
            return None
        try:
            number = float(typed)
        except ValueError:
            raise forms.ValidationError(_("请填写数字，如 120。"), code="invalid") from None
        if number != number or number in (float("inf"), float("-inf")):
            raise forms.ValidationError(_("请填写数字，如 120。"), code="invalid")
        return int(number) if number.is_integer() else number


class TypedPerson(forms.TextInput):
    """A name with the list of those who may be meant; typing narrows it, by initials too."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "off", "list": "people-offered"})


class TypedPersonField(forms.CharField):
    """One of the people offered: by the line of the list, by name, or by the initials."""

    widget = TypedPerson

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.people: dict[str, Person] = {}

    def offer(self, people: Mapping[str, Person]) -> None:
        self.people = dict(people)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Person):
            return next((label for label, each in self.people.items() if each == value), value.name)
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Person | None:
        typed = super().clean(value).strip()
        if not typed:
            return None
        if typed in self.people:
            return self.people[typed]
        found = [label for label, each in self.people.items() if each.name == typed]
        if not found:
            word = typed.lower()
            found = [label for label, each in self.people.items() if word in each.initials.split()]
        if len(found) == 1:
            return self.people[found[0]]
        if not found:
            raise forms.ValidationError(
                _("没有找到“%(typed)s”，请从列表中选择。") % {"typed": typed[:20]}
            )
        raise forms.ValidationError(
            _("“%(typed)s”有几人，请写明：%(names)s。")
            % {"typed": typed[:20], "names": listed(found[:LISTED_NAMES])}
        )


def lines_of(people: Iterable[Person], label: Any) -> dict[str, Person]:
    """Each person under a line of its own; of two alike the second has a number."""
    found: dict[str, Person] = {}
    for person in people:
        line, n = str(label(person)), 2
        while line in found:
            line, n = f"{label(person)} {n}", n + 1
        found[line] = person
    return found


class PlanField(Choice):
    def label_from_instance(self, obj):
        return _("%(year)s年：%(title)s") % {"year": obj.plan_year, "title": obj.title}


def own_name(code: str) -> str:
    """What a field of a kind is called in the form."""
    return f"f_{code}"


def own_field(each: RecordField, *, is_total: bool) -> forms.Field:
    """The form field of a kind's own field; what it may hold is the domain's question."""
    required = each.is_required and not is_total
    shared: dict[str, Any] = {"label": each.label, "required": required}
    match each.type:
        case FieldType.NUMBER:
            if each.counter:
                shared["label"] = _("%(label)s（%(counter)s）") % {
                    "label": each.label,
                    "counter": each.counter,
                }
            return NumberField(**shared)
        case FieldType.CHOICE:
            choices = [(str(choice), str(choice)) for choice in each.choices]
            if len(choices) > OPEN_CHOICES:
                return forms.ChoiceField(**shared, choices=[("", _("请选择")), *choices])
            return forms.ChoiceField(**shared, choices=choices, widget=forms.RadioSelect)
        case FieldType.DAY:
            return day_field(**shared)
        case FieldType.YES_NO:
            return forms.BooleanField(**shared | {"required": False})
    return forms.CharField(**shared, max_length=300)


def months_before(today: date, count: int = MONTHS_BACK) -> list[date]:
    """The first days of this month and of those before it, the latest first."""
    whole = today.year * 12 + today.month - 1
    return [date((whole - n) // 12, (whole - n) % 12 + 1, 1) for n in range(count)]


def month_words(month: date) -> str:
    return _("%(year)s年%(month)s") % {"year": month.year, "month": month_label(month.month)}


# Where a refusal of the record as a whole stands in the form.
BESIDE = {
    "future": "on",
    "ends_in_future": "last_day",
    "ends_before": "last_day",
    "total_with_end": "last_day",
    "no_title": "title",
    "names_someone": "title",
    "no_source": "source",
    "no_amount": "amount",
}


class RecordForm(forms.Form):
    """One record of a kind, or the total of a month; every choice ends where the scope ends."""

    once = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)
    on = day_field(label=_("日期"))
    last_day = day_field(label=_("结束日期"), required=False)
    unit = UnitField(label=_("单位"), queryset=Unit.objects.none())
    title = forms.CharField(label=_("名称"), max_length=200)
    amount = NumberField(label=_("数量"))
    source = forms.CharField(
        label=_("数据来源"), max_length=200, help_text=_("系统、台账或报表的名称，便于核对。")
    )
    document_number = forms.CharField(label=_("文号"), max_length=80, required=False)
    person = TypedPersonField(required=False)
    second_person = TypedPersonField(required=False)
    measure = PlanField(label=_("对应年度安排"), queryset=Measure.objects.none(), required=False)
    note = text_field(label=_("备注"), required=False, rows=2)
    files = FilesField(label=_("材料"), required=False)
    confirmed = forms.BooleanField(label=_("已核对，仍要保存"), required=False)

    def __init__(
        self,
        *args: Any,
        scope: Scope,
        today: date,
        kind: RecordKind,
        units: Sequence[Unit],
        is_total: bool = False,
        record: WorkRecord | None = None,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.kind, self.today, self.is_total, self.record = kind, today, is_total, record
        self.own = [each for each in kind.fields.all() if each.in_totals or not is_total]
        for each in self.own:
            self.fields[own_name(each.code)] = own_field(each, is_total=is_total)
        self.fields["unit"].offer(units)
        for name in self._unasked():
            del self.fields[name]
        if "title" in self.fields:
            self.fields["title"].label = kind.title_label or _("名称")
        if is_total:
            self.fields["amount"].label = _("数量（%(counter)s）") % {"counter": kind.counter}
            # The sheet says of which unit and month it is.
            self.fields["on"].disabled = self.fields["unit"].disabled = True
        if kind.asks_period and not is_total:
            self.fields["on"].label = _("开始日期")
        if "on" in self.fields and not is_total:
            self.fields["on"].latest = today
        bureau = self._bureau(units)
        if "measure" in self.fields:
            self.fields["measure"].queryset = plans_to_choose(bureau, today=today)
        self._offer_people(scope, bureau)

    def _unasked(self) -> set[str]:
        kind = self.kind
        unasked = {"confirmed"}
        if self.is_total:
            unasked |= {"last_day", "document_number", "person", "second_person", "title", "files"}
        else:
            unasked |= {"amount", "source"}
        if not kind.asks_period:
            unasked.add("last_day")
        if not kind.asks_document:
            unasked.add("document_number")
        if not kind.person_label:
            unasked.add("person")
        if not kind.second_label:
            unasked.add("second_person")
        if self.record is not None:
            unasked |= {"files", "once"}
        return unasked

    def ask_to_confirm(self, sentences: Iterable[str]) -> None:
        """Say what should be looked at, beside the tick that says it has been."""
        self.fields["confirmed"] = deepcopy(self.base_fields["confirmed"])
        for sentence in sentences:
            self.add_error("confirmed", sentence)

    def _bureau(self, units: Sequence[Unit]) -> int | None:
        if self.record is not None:
            return self.record.bureau_id
        bureaus = {unit.bureau_id for unit in units}
        return bureaus.pop() if len(bureaus) == 1 else None

    def _offer_people(self, scope: Scope, bureau: int | None) -> None:
        asked = [self.fields[n] for n in ("person", "second_person") if n in self.fields]
        if not asked:
            return
        label = PersonField(queryset=Person.objects.none()).label_from_instance
        people = list(people_of(scope, bureau_id=bureau, today=self.today))
        known = {person.pk for person in people}
        if self.record is not None:
            before = (self.record.person, self.record.second_person)
            people += [each for each in before if each is not None and each.pk not in known]
        lines = lines_of(people, label)
        for name, word in (
            ("person", self.kind.person_label),
            ("second_person", self.kind.second_label),
        ):
            if name in self.fields:
                self.fields[name].label = word
                self.fields[name].offer(lines)
        self.people = lines

    def own_fields(self) -> list[forms.BoundField]:
        """The fields of the kind, as the page shows them."""
        return [self[own_name(each.code)] for each in self.own]

    def values(self) -> dict[str, Value]:
        """What the kind's own fields hold, as it is stored."""
        found: dict[str, Value] = {}
        for each in self.own:
            value = self.cleaned_data.get(own_name(each.code))
            if isinstance(value, date):
                value = value.isoformat()
            if value not in ("", None):
                found[each.code] = value
        return found

    def clean(self):
        given = super().clean()
        wrong = reasons_against_values(field_rules(self.own), self.values(), is_total=self.is_total)
        for code, why in wrong.items():
            name = own_name(code)
            if not self.has_error(name):
                self.add_error(name, AGAINST_VALUE_SENTENCES[why])
        if given.get("on") is not None:
            self._refuse_record(given)
        return given

    def _refuse_record(self, given: Mapping[str, Any]) -> None:
        facts = RecordFacts(
            on=given["on"],
            title=given.get("title") or self.kind.name,
            last_day=given.get("last_day"),
            is_total=self.is_total,
            amount=given.get("amount") or (0 if self.is_total else 1),
            source=given.get("source") or "?",
            takes_totals=self.kind.takes_totals,
            asks_period=self.kind.asks_period,
        )
        texts = [value for value in self.values().values() if isinstance(value, str)]
        for why in reasons_against_record(
            facts,
            today=self.today,
            is_case=self.kind.is_case,
            texts=[*texts, given.get("note", "")],
        ):
            name = BESIDE.get(why.value)
            self.add_error(name if name in self.fields else None, AGAINST_RECORD_SENTENCES[why])

    def clean_amount(self):
        number = self.cleaned_data["amount"]
        if number is None:
            raise forms.ValidationError(_("请填写数量；没有的填0。"))
        if not isinstance(number, int):
            raise forms.ValidationError(AGAINST_VALUE_SENTENCES["not_whole"])
        if number < 0:
            raise forms.ValidationError(AGAINST_VALUE_SENTENCES["negative"])
        if number > MOST:
            raise forms.ValidationError(AGAINST_VALUE_SENTENCES["too_large"])
        return number

    def draft(self) -> RecordDraft:
        given = self.cleaned_data
        return RecordDraft(
            unit=given["unit"],
            kind=self.kind,
            on=given["on"],
            title=given.get("title", ""),
            last_day=given.get("last_day"),
            is_total=self.is_total,
            amount=given["amount"] if self.is_total else self._amount_before(),
            source=given.get("source", self.record.source if self.record else ""),
            document_number=given.get("document_number", ""),
            person=given.get("person"),
            second_person=given.get("second_person"),
            values=self.values(),
            note=given["note"],
            measure=given["measure"],
            meeting=self.record.meeting if self.record else None,
            once=given.get("once"),
        )

    def _amount_before(self) -> int:
        return self.record.amount if self.record else 1

    def uploads(self) -> list[Upload]:
        files = self.cleaned_data.get("files") or ()
        return [Upload(file, kind=EvidenceKind.MATERIAL) for file in files]

    @property
    def is_confirmed(self) -> bool:
        return self.data.get("confirmed") in {"on", "1", "true"}


MOST = 99_999_999


def initial_of(record: WorkRecord) -> dict[str, object]:
    """The fields of the form as the record has them."""
    plain = {
        "on": record.on,
        "last_day": record.last_day,
        "unit": record.unit_id,
        "title": record.title,
        "amount": record.amount,
        "source": record.source,
        "document_number": record.document_number,
        "person": record.person,
        "second_person": record.second_person,
        "measure": record.measure_id,
        "note": record.note,
    }
    return plain | {own_name(code): value for code, value in record.values.items()}


def units_to_enter(scope: Scope, today: date, record: WorkRecord | None = None) -> list[Unit]:
    """The units whose work a user may enter, with that of the record."""
    units = scope.units(Act.ADD_RECORD).filter(bureau__isnull=False, kind__is_body=False)
    if record is not None:
        units = units.filter(bureau=record.bureau_id)
    there = units.existing_on(today) | units.filter(pk=record.unit_id if record else None)
    return list(there.in_order())
