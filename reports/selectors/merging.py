"""What would move if two entries of one person became one, and what stands against it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, F, Field, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.constraints import UniqueConstraint
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from simple_history.models import HistoricalChanges

from reports.domain.handovers import (
    Entry,
    HeldTerm,
    reasons_against_merging,
    terms_that_clash,
)
from reports.domain.terms import Term
from reports.models import Appointment, Due, Person
from reports.models.choices import AGAINST_MERGING_PEOPLE_SENTENCES, day_label


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names a person: of a model, or of the table behind a list of people."""

    model: type[Model]
    field: Field

    @property
    def key(self) -> str:
        return f"{self.model._meta.model_name}_{self.field.name}"

    @property
    def label(self) -> str:
        """问题 · 责任领导; of a list the record that has it: 回头看检查."""
        made_for = self.model._meta.auto_created
        if made_for:
            return str(made_for._meta.verbose_name)
        told = {"what": self.model._meta.verbose_name, "field": self.field.verbose_name}
        return _("%(what)s（%(field)s）") % told


def references() -> list[Reference]:
    """Every column that names a person, but those of the history, in the order of the models."""
    found = [
        Reference(relation.related_model, relation.field)
        for relation in Person._meta.get_fields(include_hidden=True)
        if relation.auto_created
        and not relation.concrete
        and not relation.many_to_many
        and not issubclass(relation.related_model, HistoricalChanges)
    ]
    return sorted(found, key=lambda each: each.key)


def keys_once(reference: Reference) -> Iterator[tuple[list[str], Q]]:
    """The other columns with which the reference is unique, each with when that holds."""
    name = reference.field.name
    for constraint in reference.model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and name in constraint.fields:
            others = [field for field in constraint.fields if field != name]
            yield others, constraint.condition or Q()
    for fields in reference.model._meta.unique_together:
        if name in fields:
            yield [field for field in fields if field != name], Q()


def clashing(reference: Reference, gone: int, kept: int) -> QuerySet:
    """The rows of one entry that would stand twice with those of the other."""
    rows = reference.model._base_manager.filter(**{reference.field.attname: gone})
    twice = Q(pk__in=[])
    for others, condition in keys_once(reference):
        twin = reference.model._base_manager.filter(
            condition,
            **{reference.field.attname: kept},
            **{name: OuterRef(name) for name in others},
        )
        own = reference.model._base_manager.filter(condition).values("pk")
        twice |= Q(pk__in=own) & Q(Exists(twin))
    return rows.filter(twice)


@dataclass(frozen=True, slots=True)
class Moving:
    """So many rows of one kind that name the entry, and how many would stand twice."""

    label: str
    number: int
    twice: int


def moves_of(gone: Person, kept: Person) -> list[Moving]:
    """What names the entry and would name the other one; kinds without a row are left out.

    One query. Dues are planned rows: of two that would stand twice one goes, so none clash.
    """
    columns = {}
    for each in references():
        rows = each.model._base_manager.filter(**{each.field.attname: gone.pk})
        columns[f"n_{each.key}"] = _number(rows)
        if each.model is not Due and any(True for _once in keys_once(each)):
            columns[f"t_{each.key}"] = _number(clashing(each, gone.pk, kept.pk))
    counted = Person.objects.filter(pk=gone.pk).values(**columns).get()
    return [
        Moving(each.label, counted[f"n_{each.key}"], counted.get(f"t_{each.key}", 0))
        for each in references()
        if counted[f"n_{each.key}"]
    ]


def _number(rows: QuerySet) -> Coalesce:
    counted = rows.order_by().annotate(one=F("pk") - F("pk")).values("one")
    return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0)


def entry_of(person: Person) -> Entry:
    """What the rule asks of a stored entry; wants its unit loaded."""
    return Entry(
        key=person.pk,
        bureau=person.unit.bureau_id,
        login=person.user_id,
        is_merged=person.merged_into_id is not None,
    )


def reasons_against(gone: Person, kept: Person) -> list[str]:
    """Why the two cannot become one, in sentences: one query; wants the units loaded."""
    reasons = [
        str(AGAINST_MERGING_PEOPLE_SENTENCES[why])
        for why in reasons_against_merging(entry_of(gone), entry_of(kept))
    ]
    if gone.pk == kept.pk:
        return reasons
    terms: dict[int, list[HeldTerm]] = {gone.pk: [], kept.pk: []}
    words = {}
    rows = Appointment.objects.filter(person__in=[gone, kept]).select_related("unit", "post")
    for row in rows.order_by("first_day", "pk"):
        term = Term(row.first_day, row.last_day)
        terms[row.person_id].append(HeldTerm(row.pk, row.unit_id, row.post_id, term))
        words[row.pk] = row
    for one, other in terms_that_clash(terms[gone.pk], terms[kept.pk]):
        told = {
            "post": f"{words[one.key].unit} {words[one.key].post}",
            "one": day_label(one.term.first_day),
            "other": day_label(other.term.first_day),
        }
        reasons.append(
            _("两条人员都任“%(post)s”，任期重叠（分别自%(one)s、%(other)s起），请先更正任职。")
            % told
        )
    return reasons


def twice_sentence(moving: Moving) -> str:
    """Why rows that would stand twice stop the merging."""
    told = {"what": moving.label, "n": moving.twice}
    return _("“%(what)s”中有%(n)s处两条人员都在，合并后会重复，请先更正其中一处。") % told
