"""Texts that were brought in, as the eye meets them: their places, and where a record came from."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from reports.domain.access import Act
from reports.domain.drafts import Piece
from reports.domain.imports import DraftDecision, TextState
from reports.models import Figure, Indicator, Origin
from reports.models.choices import DRAFT_DECISION_LABELS, DRAFT_KIND_LABELS, TEXT_STATE_LABELS
from reports.selectors.imported_texts import DraftState, origins_of
from reports.templatetags.reports_ui import state_badge

register = template.Library()
TONES = {DraftDecision.TAKE: "good", DraftDecision.MERGE: "info", DraftDecision.DROP: "quiet"}
STATE_TONES = {TextState.OPEN: "warn", TextState.ENTERED: "good", TextState.DROPPED: "quiet"}


@register.simple_tag
def text_state_badge(state: str) -> SafeString:
    """Where a text stands."""
    of = TextState(state)
    return state_badge("", str(TEXT_STATE_LABELS[of]), STATE_TONES[of])


@register.simple_tag
def decision_badge(decision: str, entered: bool = False) -> SafeString:
    """What was decided on a draft, and whether it is in the ledger."""
    if not decision:
        return state_badge("", str(_("未处理")), "warn")
    of = DraftDecision(decision)
    word = str(DRAFT_DECISION_LABELS[of])
    if entered:
        word = str(_("%(decision)s，已入库") % {"decision": word})
    return state_badge("", word, TONES[of])


@register.simple_tag
def marked_text(
    pieces: Iterable[tuple[Piece, DraftState | None]], kind: str, focus: int | None, query: str
) -> SafeString:
    """The text with the places of its drafts, each followed by the number that opens its draft.

    Places of the kind that is shown stand out; that of the draft in hand most of all.
    """
    out = []
    for piece, state in pieces:
        if state is None:
            out.append(format_html("{}", piece.text))
        elif piece.opens:
            classes = ["place", "own" if state.kind == kind else "other"]
            if state.decision:
                classes.append(f"was-{state.decision}")
            if state.pk == focus:
                classes.append("now")
            out.append(format_html('<span class="{}" id="s-{}">', " ".join(classes), state.pk))
        else:
            label = _("第%(n)s条：%(kind)s") % {
                "n": state.position,
                "kind": DRAFT_KIND_LABELS[state.kind],
            }
            out.append(
                format_html(
                    '<a class="to-draft" href="?{}#draft-{}" title="{}">{}</a></span>',
                    urlencode({"draft": state.pk}) + query,
                    state.pk,
                    label,
                    state.position,
                )
            )
    return mark_safe("".join(out))  # nosec B308 B703 # all parts are escaped or ours


@register.inclusion_tag("reports/imports/text_origin.html", takes_context=True)
def came_from(
    context: template.Context, relation: str, record: Model, *, as_body: bool = False
) -> dict[str, Any]:
    """The sentences of published texts that a record came from; nothing where there are none."""
    rows = origins_of(**{relation: record.pk})
    return {"origins": _readable(context.get("scope"), rows), "as_body": as_body}


@register.inclusion_tag("reports/imports/text_origin.html", takes_context=True)
def figures_came_from(context: template.Context, indicator: Indicator) -> dict[str, Any]:
    """The sentences that the figures of an indicator came from, of what one may see."""
    scope = context.get("scope")
    figures = scope.limit(Figure.objects.standing().filter(indicator=indicator))
    return {"origins": _readable(scope, origins_of(figure__in=figures))}


def _readable(scope: Any, rows: Iterable[Origin]) -> list[tuple[Origin, bool]]:
    """Each with whether its text may be opened; what another bureau brought in is not quoted.

    Whoever works in the bureau, and does not read it as a whole, sees the sentence alone.
    """
    if scope is None:
        return []
    pairs = [(row, scope.may(Act.READ, row.draft.text)) for row in rows]
    own = scope.bureau_ids
    return [(row, opens) for row, opens in pairs if opens or row.draft.text.bureau_id in own]
