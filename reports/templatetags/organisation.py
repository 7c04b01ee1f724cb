"""Words about units and people that lists show."""

from django import template

from reports.domain.paper import numeral
from reports.models.choices import PERSON_KIND_LABELS, PersonKind
from reports.selectors.people import held_words, post_words, seconded_words
from reports.selectors.units import year_start_words

register = template.Library()

register.filter("held_words", held_words)
register.filter("numeral", numeral)
register.filter("post_words", post_words)
register.filter("seconded", seconded_words)
register.filter("year_starts", year_start_words)


@register.filter
def person_kind(code):
    """民警, 辅警 …"""
    return PERSON_KIND_LABELS[PersonKind(code)]
