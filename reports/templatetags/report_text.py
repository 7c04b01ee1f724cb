"""The annual report as the eye meets it: figures in the text, drift in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.simple_tag
def drift_words(report: Any, drifts: Mapping[int, int]) -> SafeString:
    """How many figures changed since the signing; nothing is said of what is not signed."""
    number = drifts.get(report.pk)
    if number is None:
        return mark_safe('<span class="dim">—</span>')  # nosec B308 # all parts are escaped or ours
    if not number:
        return format_html('<span class="muted">{}</span>', _("无变动"))
    words = ngettext("%(n)s项变动", "%(n)s项变动", number) % {"n": number}
    return format_html('<a class="warn" href="{}#drift">{}</a>', report.get_absolute_url(), words)


@register.simple_tag
def sentence_text(parts: Iterable[Any], linked: bool = True) -> SafeString:
    """A sentence with its figures; on screen each opens the list that it counts."""
    return format_html_join("", "{}", ((_part(part, linked),) for part in parts))


def _part(part: Any, linked: bool) -> object:
    if part.figure is None:
        return part.text
    if linked and part.figure.url:
        return format_html(
            '<a class="fig" href="{}" title="{}">{}</a>',
            part.figure.url,
            part.figure.label,
            part.text,
        )
    return format_html('<span class="fig">{}</span>', part.text)


@register.filter
def figure_of(figures: Mapping[str, Any], key: str) -> Any:
    """One figure of a row by its kind."""
    return figures.get(key)
