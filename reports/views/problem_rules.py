"""The rules of the moves of problems as a page to read and print, out of the table itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from reports.domain.access import Role, roles_that_may
from reports.domain.problems import MOVES, Need, ProblemClass, ProblemState, Step
from reports.models import ProblemRule
from reports.models.choices import (
    EVIDENCE_KIND_LABELS,
    NEED_LABELS,
    PROBLEM_CLASS_LABELS,
    PROBLEM_MOVE_LABELS,
    PROBLEM_STATE_LABELS,
    ROLE_LABELS,
    EvidenceKind,
    listed,
)
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table in words."""

    step: Step
    move: str
    before: str
    after: str
    roles: str
    needs: list[str]
    raised: str


RAISED = {
    None: gettext_lazy("不限"),
    True: gettext_lazy("上级或外部提出"),
    False: gettext_lazy("本局提出"),
}


def rule_of(step: Step) -> Rule:
    """A step of the table as people read it; codes stand in the order they are defined in."""
    return Rule(
        step,
        move=str(PROBLEM_MOVE_LABELS[step.move]),
        before=_states(step.before),
        after=str(PROBLEM_STATE_LABELS[step.after]),
        roles=listed(ROLE_LABELS[role] for role in Role if role in roles_that_may(step.act)),
        needs=[str(NEED_LABELS[need]) for need in Need if need in step.needs],
        raised=str(RAISED[step.from_above]),
    )


def _states(states: Iterable[ProblemState | None]) -> str:
    found = set(states)
    if None in found:
        return _("未登记")
    return listed(PROBLEM_STATE_LABELS[state] for state in ProblemState if state in found)


class ProblemRules(ScopeMixin, DayMixin, TemplateView):
    template_name = "reports/problems/rules.html"

    def get_context_data(self, **kwargs):
        asked = {rule.kind: rule for rule in ProblemRule.objects.all()}
        classes = [
            (
                str(PROBLEM_CLASS_LABELS[each]),
                listed(
                    EVIDENCE_KIND_LABELS[EvidenceKind(kind)]
                    for kind in asked[each].expected_evidence
                ),
                asked[each].no_movement_days,
            )
            for each in ProblemClass
            if each in asked
        ]
        return super().get_context_data(**kwargs) | {
            "title": _("问题流转规则"),
            "rules": [rule_of(step) for step in MOVES],
            "classes": classes,
        }
