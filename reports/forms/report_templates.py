"""A bureau's own template: its sections and parts, each with room for another one."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.domain.report_templates import Part, Plan, SectionPlan
from reports.domain.summaries import Numbering, SectionRole
from reports.models import Unit
from reports.models.choices import NUMBERING_LABELS, SECTION_ROLE_LABELS, labelled

from .base import UnitField

# How many sorts of records a part may draw on, and how much room there is to add.
MOST_DRAWS = 4
MORE_PARTS = 2
MOST_ORDER = 99


class CopyTemplateForm(forms.Form):
    bureau = UnitField(label=_("分局"), queryset=Unit.objects.none(), empty_label=None)

    def __init__(self, *args: Any, bureaus, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["bureau"].queryset = bureaus


def _order(number: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=_("顺序"), min_value=0, max_value=MOST_ORDER, required=False, initial=number
    )


class TemplateForm(forms.Form):
    """``draws`` are the codes that a part may draw on, with their words."""

    name = forms.CharField(label=_("名称"), max_length=80)
    year = forms.IntegerField(
        label=_("适用年度"),
        min_value=2000,
        max_value=2100,
        required=False,
        help_text=_("留空适用各年度。"),
    )
    is_active = forms.BooleanField(label=_("启用"), required=False)

    def __init__(
        self,
        *args: Any,
        plan: Plan,
        draws: Iterable[tuple[str, str]],
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.code = plan.code
        choices = [("", _("不选")), *draws]
        self.shape: list[tuple[str, list[str]]] = []
        for number, section in enumerate([*plan.sections, None], start=1):
            self._add_section(f"s{number}", number, section, choices)

    def _add_section(
        self, key: str, number: int, section: SectionPlan | None, choices: list[Any]
    ) -> None:
        fields = self.fields
        fields[f"{key}_order"] = _order(number)
        roles = [("", _("不设这一章节")), *labelled(SECTION_ROLE_LABELS)]
        fields[f"{key}_role"] = forms.ChoiceField(
            label=_("内容"),
            choices=roles,
            required=False,
            initial=section.role.value if section else "",
        )
        fields[f"{key}_heading"] = forms.CharField(
            label=_("标题"),
            max_length=100,
            required=False,
            initial=section.heading if section else "",
            help_text=_("{year} 和 {next_year} 会换成报告年度和下一年度。"),
        )
        fields[f"{key}_numbering"] = forms.ChoiceField(
            label=_("编号方式"),
            choices=labelled(NUMBERING_LABELS),
            required=False,
            initial=(section.numbering if section else Numbering.CHAPTERS).value,
        )
        parts = [*(section.parts if section else ()), *([None] * MORE_PARTS)]
        names = []
        for at, part in enumerate(parts, start=1):
            names.append(f"{key}_p{at}")
            self._add_part(names[-1], at, part, choices)
        self.shape.append((key, names))

    def _add_part(self, key: str, at: int, part: Part | None, choices: list[Any]) -> None:
        fields = self.fields
        fields[f"{key}_order"] = _order(at)
        fields[f"{key}_heading"] = forms.CharField(
            label=_("小标题"), max_length=100, required=False, initial=part.heading if part else ""
        )
        drawn = part.draws if part else ()
        for n in range(min(len(drawn) + 1, MOST_DRAWS)):
            fields[f"{key}_draw{n + 1}"] = forms.ChoiceField(
                label=_("取材"),
                choices=choices,
                required=False,
                initial=drawn[n] if n < len(drawn) else "",
            )
        fields[f"{key}_asks"] = forms.CharField(
            label=_("要求写明"), max_length=200, required=False, initial=part.asks if part else ""
        )

    @property
    def first_fields(self):
        return [self["name"], self["year"], self["is_active"]]

    def laid_out(self):
        """Each section with its fields, and its parts with theirs."""
        for key, parts in self.shape:
            of_section = [self[f"{key}_{name}"] for name in ("role", "heading", "numbering")]
            yield (
                key,
                self[f"{key}_order"],
                of_section,
                [self._fields_of(part) for part in parts],
            )

    def _fields_of(self, key: str):
        draws = [self[name] for name in self._draws_of(key)]
        return self[f"{key}_order"], self[f"{key}_heading"], draws, self[f"{key}_asks"]

    def _draws_of(self, key: str) -> list[str]:
        names = (f"{key}_draw{n + 1}" for n in range(MOST_DRAWS))
        return [name for name in names if name in self.fields]

    def plan(self) -> Plan:
        """What was typed, in the order that was asked for; what was left empty is no part."""
        given = self.cleaned_data
        sections = []
        for key, parts in self.shape:
            role = given.get(f"{key}_role")
            if not role:
                continue
            section = SectionPlan(
                SectionRole(role),
                given[f"{key}_heading"].strip(),
                tuple(self._parts(parts, given)),
                Numbering(given[f"{key}_numbering"] or Numbering.CHAPTERS.value),
            )
            sections.append((_rank(given, key), section))
        ordered = sorted(sections, key=lambda pair: pair[0])
        return Plan(self.code, given["name"].strip(), tuple(section for _at, section in ordered))

    def _parts(self, keys: Iterable[str], given: Mapping[str, Any]) -> list[Part]:
        found = []
        for key in keys:
            codes = (given.get(name) for name in self._draws_of(key))
            draws = tuple(code for code in codes if code)
            heading, asks = given[f"{key}_heading"].strip(), given[f"{key}_asks"].strip()
            if draws or asks:
                found.append((_rank(given, key), Part(heading, draws, asks)))
        return [part for _at, part in sorted(found, key=lambda pair: pair[0])]


def _rank(given: Mapping[str, Any], key: str) -> int:
    order = given.get(f"{key}_order")
    return MOST_ORDER + 1 if order is None else order
