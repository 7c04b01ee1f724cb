"""The headings of part one and the kinds of work records that a ledger is delivered with."""

from django.db import transaction

from reports.domain.record_kinds import HEADINGS, KINDS, KindWords
from reports.models import ProblemSource, RecordField, RecordKind, ReportHeading


@transaction.atomic
def lay_record_kinds() -> None:
    """Headings, kinds of records and their fields; what is there stays.

    A kind that is there keeps the fields that it has: staff may have taken some away. Sources of
    problems are looked up by code; ``lay_problem_words`` comes first.
    """
    ReportHeading.objects.bulk_create(
        (
            ReportHeading(code=code, name=name, position=number * 10)
            for number, (code, name) in enumerate(HEADINGS.items(), start=1)
        ),
        ignore_conflicts=True,
    )
    headings = {heading.code: heading for heading in ReportHeading.objects.all()}
    sources = {source.code: source for source in ProblemSource.objects.all()}
    there = RecordKind.objects.values_list("code", "name")
    codes, names = {code for code, _name in there}, {name for _code, name in there}
    for position, words in enumerate(KINDS, start=1):
        if words.code in codes or words.name in names:
            continue
        kind = RecordKind.objects.create(
            code=words.code,
            name=words.name,
            heading=headings.get(words.heading),
            counter=words.counter,
            title_label=words.title_label,
            person_label=words.person_label,
            second_label=words.second_label,
            asks_period=words.asks_period,
            asks_document=words.asks_document,
            takes_totals=words.takes_totals,
            is_case=words.is_case,
            problem_source=sources.get(words.source),
            hint=words.hint,
            position=position * 10,
        )
        RecordField.objects.bulk_create(_fields(kind, words))


def _fields(kind: RecordKind, words: KindWords) -> list[RecordField]:
    return [
        RecordField(
            kind=kind,
            code=each.rule.code,
            label=each.label,
            type=each.rule.type.value,
            choices=list(each.rule.choices),
            counter=each.rule.counter,
            is_required=each.rule.is_required,
            in_totals=each.rule.in_totals,
            position=number * 10,
        )
        for number, each in enumerate(words.fields, start=1)
    ]
