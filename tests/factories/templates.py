"""Templates, lists and checks of the annual report."""

from datetime import date

import factory

from reports.models import (
    CallItem,
    Comment,
    Cut,
    Formula,
    HandIn,
    KeptText,
    MissDecision,
    PublicForm,
    ReportCall,
    ReportTemplate,
    SecrecyPattern,
    SecrecyStep,
    TemplatePart,
    TemplateSection,
    TextVersion,
    WordingRule,
)

from .schedules import ScheduleFactory
from .summaries import AnnualReportFactory, ParagraphFactory, SectionFactory, SentenceFactory
from .units import NOON, BureauFactory


class ReportTemplateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReportTemplate
        django_get_or_create = ("code",)

    code = "four_parts"
    name = factory.LazyAttribute(lambda o: {"four_parts": "四部分"}.get(o.code, o.code))


class TemplateSectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TemplateSection

    template = factory.SubFactory(ReportTemplateFactory)
    position = factory.Sequence(lambda n: n + 1)
    role = "achievements"
    heading = "{year}年度主要举措和成效"


class TemplatePartFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TemplatePart

    section = factory.SubFactory(TemplateSectionFactory)
    position = factory.Sequence(lambda n: n + 1)
    heading = "普法宣传"


class ReportCallFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReportCall

    unit = factory.SubFactory(BureauFactory)
    year = 2026
    issued_by = "区法治办"
    due_on = date(2027, 3, 1)
    recorded_at = NOON


class CallItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CallItem

    call = factory.SubFactory(ReportCallFactory)
    position = factory.Sequence(lambda n: n + 1)
    text = "写明第一责任人履职情况"


class FormulaFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Formula

    title = factory.Sequence(lambda n: f"规范表述{n + 1}")
    text = "以示例思想为指导"
    first_day = date(2025, 1, 1)


class WordingRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WordingRule
        django_get_or_create = ("wrong",)

    kind = "typo"
    wrong = "布署"
    right = "部署"


class SecrecyPatternFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SecrecyPattern
        django_get_or_create = ("name",)

    name = "身份证号"
    pattern = r"\d{17}[\dXx]"


class TextVersionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TextVersion

    report = factory.SubFactory(AnnualReportFactory)
    number = factory.Sequence(lambda n: n + 1)
    text = factory.LazyFunction(list)
    recorded_at = NOON


class KeptTextFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = KeptText

    section = factory.SubFactory(SectionFactory)
    text = "未采用的文字。"
    recorded_at = NOON


class CommentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Comment

    paragraph = factory.SubFactory(ParagraphFactory)
    text = "请补充数据。"
    recorded_at = NOON


class MissDecisionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MissDecision

    report = factory.SubFactory(AnnualReportFactory)
    schedule = factory.SubFactory(ScheduleFactory)
    admitted = False
    recorded_at = NOON


class HandInFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = HandIn

    report = factory.SubFactory(AnnualReportFactory)
    addressee = factory.Sequence(lambda n: f"报送对象{n + 1}")
    due_on = date(2027, 3, 1)
    recorded_at = NOON


class PublicFormFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PublicForm

    report = factory.SubFactory(AnnualReportFactory)
    recorded_at = NOON


class CutFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Cut

    form = factory.SubFactory(PublicFormFactory)
    sentence = factory.SubFactory(SentenceFactory)
    because = "内部管理事项"
    recorded_at = NOON


class SecrecyStepFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SecrecyStep

    form = factory.SubFactory(PublicFormFactory)
    to_state = "self_checked"
    on = date(2026, 6, 9)
    opinion = "不涉密"
    recorded_at = NOON
