import hashlib

import factory

from reports.domain.imports import DraftKind, RowVerdict, SheetKind, TextKind
from reports.models import ColumnName, Draft, ImportedText, Origin, SheetImport, SheetRow

from .schedules import ScheduleFactory
from .units import NOON, BureauFactory


class ImportedTextFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ImportedText

    bureau = factory.SubFactory(BureauFactory)
    kind = TextKind.REPORT.value
    file_name = factory.Sequence(lambda n: f"报告{n + 1}.txt")
    text = factory.Sequence(lambda n: f"第{n + 1}份文本。")
    sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.text.encode()).hexdigest())
    year = 2025
    recorded_at = NOON


class DraftFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Draft

    text = factory.SubFactory(ImportedTextFactory)
    kind = DraftKind.PROBLEM.value
    position = factory.Sequence(lambda n: n + 1)
    start = 0
    end = 4
    found = factory.LazyFunction(dict)


class OriginFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Origin

    draft = factory.SubFactory(DraftFactory)
    schedule = factory.SubFactory(ScheduleFactory)


class SheetImportFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SheetImport

    bureau = factory.SubFactory(BureauFactory)
    kind = SheetKind.UNITS.value
    file = "sheets/sheet.xlsx"
    file_name = "单位.xlsx"
    sha256 = "0" * 64
    recorded_at = NOON


class SheetRowFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SheetRow

    sheet = factory.SubFactory(SheetImportFactory)
    number = factory.Sequence(lambda n: n + 2)
    verdict = RowVerdict.NEW.value


class ColumnNameFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ColumnName

    kind = SheetKind.UNITS.value
    name = factory.Sequence(lambda n: f"列{n + 1}")
    field = "name"
