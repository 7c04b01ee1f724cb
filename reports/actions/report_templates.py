"""Templates of the annual report: copied by a bureau, changed, put out of use."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.domain.report_templates import Plan, TemplateRefusal, reasons_against_template
from reports.models import ReportHeading, ReportTemplate, TemplatePart, TemplateSection, Unit
from reports.models.choices import AGAINST_TEMPLATE_SENTENCES
from reports.selectors.report_facts import plan_from
from reports.selectors.report_templates import draw_label


class CannotKeepTemplate(Refused):
    """The template cannot be kept like this."""


def write_sections(template: ReportTemplate, plan: Plan) -> None:
    """Write the sections and parts of a plan in place of those that are there."""
    template.sections.all().delete()
    sections = TemplateSection.objects.bulk_create(
        TemplateSection(
            template=template,
            position=position,
            role=section.role.value,
            heading=section.heading.strip(),
            numbering=section.numbering.value,
        )
        for position, section in enumerate(plan.sections, start=1)
    )
    TemplatePart.objects.bulk_create(
        TemplatePart(
            section=section,
            position=position,
            heading=part.heading.strip(),
            draws=list(part.draws),
            asks=part.asks.strip(),
        )
        for section, lines in zip(sections, plan.sections, strict=True)
        for position, part in enumerate(lines.parts, start=1)
    )


@transaction.atomic
def copy_template(
    *, template: ReportTemplate, bureau: Unit, by: User | None, at: datetime
) -> ReportTemplate:
    """A bureau's own copy of a template, to be changed; the one copied stays as it is.

    Copying twice gives the copy that is there while nobody has changed its name. Refuses a unit
    that files no report, and a template of another bureau.
    """
    reasons = []
    if bureau.bureau_id != bureau.pk:
        reasons.append(_("%(unit)s不单独编制年度报告。") % {"unit": bureau.name})
    if template.unit_id not in (None, bureau.pk):
        reasons.append(_("这是其他单位的模板，不能复制。"))
    if reasons:
        raise CannotKeepTemplate(reasons)
    Unit.objects.select_for_update(of=("self",)).get(pk=bureau.pk)
    name = _("%(name)s（本局）") % {"name": template.name}
    there = ReportTemplate.objects.filter(unit=bureau, name=name[:80], is_active=True).first()
    if there is not None:
        return there
    own = ReportTemplate.objects.filter(unit=bureau).count() + 1
    copy = ReportTemplate(
        code=f"own-{bureau.pk}-{own}",
        name=name[:80],
        unit=bureau,
        year=template.year,
        position=1000 + own,
    )
    _save(copy, by=by, at=at)
    write_sections(copy, plan_from(template))
    return copy


@transaction.atomic
def edit_template(
    *,
    template_id: int,
    plan: Plan,
    year: int | None,
    is_active: bool,
    by: User | None,
    at: datetime,
) -> ReportTemplate:
    """Change a bureau's own template. Reports that were compiled keep their text.

    Refuses a delivered template, one without a name or parts, codes that are unknown or drawn on
    twice.
    """
    template = ReportTemplate.objects.select_for_update(of=("self",)).get(pk=template_id)
    if template.unit_id is None:
        raise CannotKeepTemplate([_("系统自带的模板不能修改，请复制后修改。")])
    names = dict(ReportHeading.objects.values_list("code", "name"))
    reasons = reasons_against_template(plan, names)
    if reasons:
        raise CannotKeepTemplate(template_sentence(each, names) for each in reasons)
    if plan != plan_from(template):
        write_sections(template, plan)
    if (template.name, template.year, template.is_active) != (plan.name, year, is_active):
        template.name, template.year, template.is_active = plan.name, year, is_active
        _save(template, by=by, at=at)
    return template


def template_sentence(refusal: TemplateRefusal, headings: dict[str, str]) -> str:
    """Why a template cannot be kept, in words."""
    about = draw_label(refusal.about, headings)
    return str(AGAINST_TEMPLATE_SENTENCES[refusal.code]) % {"about": about}


def _save(template: ReportTemplate, *, by: User | None, at: datetime) -> None:
    template._history_user, template._history_date = by, at
    template.save()
