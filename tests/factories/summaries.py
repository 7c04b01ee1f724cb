from datetime import date

import factory

from reports.models import (
    AnnualReport,
    FrozenFigure,
    Paragraph,
    ReportMove,
    Section,
    Sentence,
    Source,
)

from .units import NOON, BureauFactory


class AnnualReportFactory(factory.django.DjangoModelFactory):
    """An empty draft; one with text is compiled by the action."""

    class Meta:
        model = AnnualReport

    bureau = factory.SubFactory(BureauFactory)
    year = 2026
    title = factory.LazyAttribute(lambda o: f"{o.year}年度法治政府建设情况报告")
    recorded_at = NOON


class SectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Section

    report = factory.SubFactory(AnnualReportFactory)
    role = "other"
    position = 1
    heading = "其他"


class ParagraphFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Paragraph

    section = factory.SubFactory(SectionFactory)
    position = 1


class SentenceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Sentence

    paragraph = factory.SubFactory(ParagraphFactory)
    position = 1
    text = "法制大队全程参与。"


class SourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Source

    sentence = factory.SubFactory(SentenceFactory)
    figure = "meetings/kinds"


class FrozenFigureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FrozenFigure

    report = factory.SubFactory(AnnualReportFactory)
    position = 1
    key = "honours"
    group = "荣誉"
    label = "荣誉和考评结果"
    value = 0


class ReportMoveFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReportMove

    report = factory.SubFactory(AnnualReportFactory)
    move = "compile"
    on = date(2026, 6, 9)
    recorded_at = NOON
