"""Values of the domain as the eye meets them: badges, shares, days, figures, fields."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BoundField, Form
from django.forms.utils import flatatt
from django.template.loader import get_template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.models.choices import (
    VERDICT_LABELS,
    VERDICT_LABELS_BY_WORDS,
    day_label,
    days_label,
    listed,
    month_label,
)
from reports.templatetags import figures

register = template.Library()

# The parts of the address that say which year and which day the figures are of.
DAY_PARTS = ("year", "on")


def _request(context: template.Context) -> Any:
    """The request, also inside ``{% include … only %}``."""
    return getattr(context, "request", None) or context.get("request")


# ── Badges ───────────────────────────────────────────────────────────────────────────────────


def verdict_word(verdict: str, words: str = "") -> str:
    """The word of a verdict; meetings are held, other duties are done."""
    return str(VERDICT_LABELS_BY_WORDS.get(words, VERDICT_LABELS)[verdict])


@register.simple_tag
def verdict_badge(verdict: str, words: str = "", href: str = "", title: str = "") -> SafeString:
    """A verdict by shape, colour and word. ``words``: "meeting", "work", or empty for both."""
    tag, address = ("a", format_html(' href="{}"', href)) if href else ("span", "")
    return format_html(
        '<{0}{1} class="badge-v {2}"{3}>{4}{5}</{0}>',
        mark_safe(tag),  # nosec B308 B703 # all parts are escaped or ours
        address,
        figures.CLASSES[verdict],
        format_html(' title="{}"', title) if title else "",
        figures.SYMBOLS[verdict],
        verdict_word(verdict, words),
    )


# Tones of the states of problems, measures and reports; what nobody must act on stays quiet.
STATE_TONES = {
    "registered": "info",
    "assigned": "info",
    "in_hand": "info",
    "nearly_done": "info",
    "submitted": "warn",
    "awaiting_above": "warn",
    "closed": "good",
    "draft": "info",
    "signed": "good",
    "published": "good",
    "open": "info",
    "in_time": "info",
    "done": "good",
    "done_in_time": "good",
    "done_late": "warn",
    "overdue": "bad",
    "no_movement": "warn",
    "dropped": "quiet",
}


@register.simple_tag
def state_badge(code: str, label: str, tone: str = "") -> SafeString:
    """A state with its word. ``tone`` (good, info, warn, bad, quiet) overrides the usual one."""
    shown = tone or STATE_TONES.get(code, "quiet")
    return format_html('<span class="badge-v {}">{}</span>', shown, label)


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────


@register.simple_tag
def share(done: int, owed: int, href: str = "") -> SafeString:
    """Done of owed. Nothing owed is neither nought nor all of it, and is said in words."""
    if not owed:
        return format_html('<span class="none">{}</span>', _("无应开"))
    percent = f"{done / owed:.1%}".replace(".0%", "%")
    if href:
        return format_html('<a href="{}" title="{}">{} / {}</a>', href, percent, done, owed)
    return format_html('<span title="{}">{} / {}</span>', percent, done, owed)


@register.simple_tag
def cnum(value: int | None, href: str = "", tone: str = "", label: str = "") -> SafeString:
    """A counted number that opens its list; nought is grey and leads nowhere.

    ``tone``: good, warn, bad. ``label`` says to a screen reader what is counted.
    """
    if not value:
        return mark_safe('<span class="dim">0</span>')  # nosec B308 # all parts are escaped or ours
    spoken = format_html(' aria-label="{}"', f"{label} {value}") if label else ""
    if href:
        return format_html('<a class="{}" href="{}"{}>{}</a>', tone or "num", href, spoken, value)
    return format_html('<span class="{}">{}</span>', tone or "num", value)


# ── Days ─────────────────────────────────────────────────────────────────────────────────────


def _as_day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return localtime(value).date() if value.tzinfo else value.date()
    return value


@register.filter
def day(value: date | datetime | None) -> str:
    """2026年3月18日"""
    return day_label(_as_day(value)) if value else ""


@register.filter
def short_day(value: date | datetime | None) -> str:
    """3月18日"""
    return day_label(_as_day(value), _as_day(value)) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """2026年3月18日 14:05, local time."""
    return f"{day(value)} {localtime(value):%H:%M}" if value else ""


@register.filter
def month(value: date | None) -> str:
    """2026年3月, for what is due within a month."""
    if not value:
        return ""
    return _("%(year)s年%(month)s") % {"year": value.year, "month": month_label(value.month)}


@register.filter
def span(first: date | None, last: date | None) -> str:
    """``{{ due.period_first|span:due.period_last }}``: 3月18日—24日, across years with both."""
    if not first:
        return ""
    if last is None:
        return _("%(day)s起") % {"day": day(first)}
    return short_day(first) if first == last else days_label(first, last)


@register.filter
def full_span(first: date | None, last: date | None) -> str:
    """2026年3月18日—2026年3月24日; with an open end 2026年3月18日起."""
    if not first or last is None or first == last:
        return span(first, last) if last is None else day(first)
    return _("%(first)s—%(last)s") % {"first": day(first), "last": day(last)}


@register.filter
def days_later(entered: date | datetime | None, happened: date | None) -> str:
    """``{{ meeting.recorded_at|days_later:meeting.held_on }}``: 会后9日录入, from day 8 on."""
    if not entered or not happened:
        return ""
    late = (_as_day(entered) - happened).days
    if late <= 7:
        return ""
    return ngettext("会后%(n)s日录入", "会后%(n)s日录入", late) % {"n": late}


# ── Addresses ────────────────────────────────────────────────────────────────────────────────


def kept_parts(query: Mapping[str, str]) -> dict[str, str]:
    """The year and the day of an address, where it names them."""
    return {part: query[part] for part in DAY_PARTS if query.get(part)}


@register.simple_tag(takes_context=True)
def keep(context: template.Context, **more: object) -> str:
    """``?year=…&on=…`` of this page and whatever is added; a part that is None is left out."""
    request = _request(context)
    parts: dict[str, object] = dict(kept_parts(request.GET)) if request else {}
    parts.update(more)
    parts = {name: value for name, value in parts.items() if value not in (None, "")}
    return f"?{urlencode(parts, doseq=True)}" if parts else ""


# Parts of an address that speak of the page shown, not of what is selected.
OF_THIS_PAGE = ("page", "after", "before", "_export")


@register.simple_tag(takes_context=True)
def address(context: template.Context, **changes: object) -> str:
    """The whole address of this page with some parts changed; None takes a part out.

    Number and key of the page go, because another selection has other pages.
    """
    request = _request(context)
    parts: dict[str, object] = dict(request.GET.lists()) if request else {}
    for name in OF_THIS_PAGE:
        parts.pop(name, None)
    for name, value in changes.items():
        if value in (None, ""):
            parts.pop(name, None)
        else:
            parts[name] = value
    return f"?{urlencode(parts, doseq=True)}" if parts else (request.path if request else "?")


@register.simple_tag(takes_context=True)
def without_part(context: template.Context, part: str) -> str:
    """The address of this page without one of its parts."""
    return address(context, **{part: None})


@register.inclusion_tag("reports/partials/crumbs.html")
def crumbs(*pairs: object) -> dict[str, object]:
    """``{% crumbs city city_url bureau bureau_url "会议" %}``: names and addresses by turns."""
    names, addresses = pairs[::2], [*pairs[1::2], ""]
    return {"steps": list(zip(names, addresses, strict=False))}


def _hidden(request: Any, shown: set[str]) -> SafeString:
    return format_html_join(
        "",
        '<input type="hidden" name="{}" value="{}">',
        (
            (name, value)
            for name, values in (request.GET.lists() if request else ())
            if name not in shown
            for value in values
            if value
        ),
    )


@register.simple_tag(takes_context=True)
def hidden_parts(context: template.Context, *shown: str) -> SafeString:
    """The parts of this address a GET form does not show, as hidden fields: none is lost."""
    return _hidden(_request(context), {*OF_THIS_PAGE, "reason", *shown})


def _parts_of_form(form: Form) -> set[str]:
    """The address parts a filter form stands for; a span of days has two."""
    names = {*OF_THIS_PAGE, "reason"}
    for field in form:
        names.add(field.html_name)
        names.update(f"{field.html_name}_{end}" for end in ("min", "max", "after", "before"))
    return names


@register.simple_tag(takes_context=True)
def hidden_filter_parts(context: template.Context, form: Form) -> SafeString:
    """As ``hidden_parts`` for a filter form: sorting, year and day outlive a new selection."""
    return _hidden(_request(context), _parts_of_form(form))


@register.simple_tag(takes_context=True)
def without_filter(context: template.Context, form: Form) -> str:
    """The address of 清除: nothing of the filter, everything else."""
    request, shown = _request(context), _parts_of_form(form) - {"year", "on"}
    parts = {name: values for name, values in request.GET.lists() if name not in shown}
    return f"{request.path}?{urlencode(parts, doseq=True)}" if parts else request.path


# ── Figures ──────────────────────────────────────────────────────────────────────────────────


@register.simple_tag
def year_figure(
    rows: Iterable[figures.StripRow], axis: figures.Axis, today: date | None = None, label: str = ""
) -> SafeString:
    """Strips on one time axis, large, every cell a link."""
    return figures.draw_year(rows, axis, today, label)


@register.simple_tag
def mini_strip(
    rows: list[Iterable[tuple[date, date, str]]],
    axis: figures.Axis,
    label: str,
    href: str = "",
    width: int = 264,
) -> SafeString:
    """Strips in the space of a table cell; one link with words."""
    return figures.draw_mini(rows, axis, label=label, href=href, width=width)


@register.simple_tag
def legend(words: str = "", verdicts: Iterable[str] = tuple(figures.CLASSES)) -> SafeString:
    """What the marks mean."""
    return format_html(
        '<ul class="legend" aria-label="{}">{}</ul>',
        _("图例"),
        format_html_join(
            "",
            "<li>{}{}</li>",
            ((figures.SYMBOLS[verdict], verdict_word(verdict, words)) for verdict in verdicts),
        ),
    )


@register.simple_tag
def verdict_mark(verdict: str, title: str = "") -> SafeString:
    """The mark of a verdict alone, beside words that say the same."""
    if not title:
        return figures.SYMBOLS[verdict]
    return format_html('<span title="{}">{}</span>', title, figures.SYMBOLS[verdict])


# ── Tables ───────────────────────────────────────────────────────────────────────────────────


@register.simple_tag(takes_context=True)
def table_rows(context: template.Context, table: Any) -> SafeString:
    """The page's rows by the table's row partial: four times as fast as bound cells.

    The partial gets ``record``, and everything the page knows.
    """
    page = getattr(table, "page", None)
    records = (page.object_list if page is not None else table.rows).data
    partial = get_template(table.row_template).template
    nodes = partial.nodelist
    drawn = []
    with context.render_context.push_state(partial), context.push():
        for record in records:
            context["record"] = record
            drawn.append(nodes.render(context))
    return mark_safe("".join(drawn))  # nosec B308 B703 # all parts are escaped or ours


@register.simple_tag(takes_context=True)
def sort_address(context: template.Context, table: Any, column: Any) -> str:
    """The address that sorts by a column, the other way round when it already does."""
    return address(context, **{table.prefixed_order_by_field: column.order_by_alias.next})


@register.filter
def aria_sort(column: Any) -> SafeString | str:
    """The direction of the leading sort, for the heading's cell."""
    if not column.is_ordered:
        return ""
    direction = "descending" if column.order_by_alias.is_descending else "ascending"
    return mark_safe(f' aria-sort="{direction}"')  # nosec B308 B703 # all parts are escaped or ours


@register.filter
def column_class(column: Any) -> str:
    """The class of a column's cells, as its ``attrs`` say."""
    return str(column.attrs.get("th", {}).get("class", ""))


@register.simple_tag(takes_context=True)
def page_address(context: template.Context, table: Any, number: int) -> str:
    """The address of another page of the same selection."""
    request = _request(context)
    parts: dict[str, object] = dict(request.GET.lists())
    for name in OF_THIS_PAGE:
        parts.pop(name, None)
    parts[table.prefixed_page_field] = number
    return f"?{urlencode(parts, doseq=True)}"


@register.simple_tag
def total_cell(column: Any, totals: Mapping[str, object], first: bool) -> SafeString:
    """A cell of the foot: the sum of the column where there is one, 合计 at the left."""
    if column.name in totals:
        return format_html(
            '<td class="{}" data-label="{}">{}</td>',
            column_class(column),
            column.header,
            totals[column.name],
        )
    if first:
        return format_html('<th scope="row">{}</th>', _("合计"))
    return mark_safe("<td></td>")  # nosec B308 # ours


@register.filter
def export_kind(query: Mapping[str, str]) -> str:
    """The kind of file an address asks for; nothing else gets into a field."""
    return "csv" if query.get("_export") == "csv" else "xlsx"


@register.simple_tag
def pages_around(page: Any) -> list[int | None]:
    """The numbers worth showing: both ends and the neighbours; None stands for a gap."""
    last = page.paginator.num_pages
    near = {1, last, *range(page.number - 2, page.number + 3)}
    numbers = sorted(number for number in near if 1 <= number <= last)
    shown: list[int | None] = []
    for number in numbers:
        if shown and shown[-1] is not None and number - shown[-1] > 1:
            shown.append(None)
        shown.append(number)
    return shown


# ── Fields ───────────────────────────────────────────────────────────────────────────────────

_SELECTS = {"select", "selectmultiple", "nullbooleanselect"}
_PLAIN = {"checkbox", "checkboxinput"}
_PICKS = {"checkboxselectmultiple", "radioselect"}


@register.simple_tag
def field_shape_of(field: BoundField) -> str:
    """How a field is laid out: ``check``, ``picks`` or ``control``; ``hidden`` is not."""
    if field.is_hidden:
        return "hidden"
    kind = field.widget_type
    return "check" if kind in _PLAIN else "picks" if kind in _PICKS else "control"


@register.filter
def is_long(field: BoundField) -> bool:
    """Whether a field wants the whole line: text of many words, files, lists."""
    longest = getattr(field.field, "max_length", None)
    return field.widget_type in {"textarea", "selectmultiple"} or (longest or 0) > 100


@register.filter
def picks_class(options: list[Any]) -> str:
    """Short choices stand side by side, those with an explanation below each other."""
    labels = [str(option.choice_label) for option in options]
    short = len(labels) > 1 and all(len(label) <= 8 and "<" not in label for label in labels)
    return "picks short" if short else "picks"


@register.simple_tag
def control(field: BoundField, **attrs: object) -> SafeString:
    """The widget with the classes of the style sheet; a form need not know them."""
    kind = field.widget_type
    if kind in _SELECTS:
        css = "form-select"
    elif kind in _PLAIN:
        css = "form-check-input"
    elif kind in _PICKS:
        css = ""
    else:
        css = "form-control"
    own = field.field.widget.attrs.get("class", "")
    if kind == "textarea":
        attrs.setdefault("rows", field.field.widget.attrs.get("rows", 3))
    if joined := f"{css} {own}".strip():
        attrs["class"] = joined
    return _drawn(field, {name.replace("_", "-"): value for name, value in attrs.items()})


_WIDGETS = "django/forms/widgets/"
_INPUTS = {f"{_WIDGETS}{kind}.html" for kind in ("input", "text", "number", "date", "checkbox")}


def _drawn(field: BoundField, attrs: dict[str, object]) -> SafeString:
    """``field.as_widget`` without its templates, which cost more than the rest of a list page.

    A form of filters holds hundreds of options, and Django renders two templates for each.
    """
    widget = field.field.widget
    if widget.template_name not in {f"{_WIDGETS}select.html", *_INPUTS}:
        return field.as_widget(attrs=attrs)
    attrs = field.build_widget_attrs(attrs, widget)
    if field.auto_id and "id" not in widget.attrs:
        attrs.setdefault("id", field.auto_id)
    if field.field.localize:
        widget.is_localized = True
    drawn = widget.get_context(field.html_name, field.value(), attrs)["widget"]
    if widget.template_name in _INPUTS:
        value = drawn["value"]
        return format_html(
            '<input type="{}" name="{}"{}{}>',
            drawn["type"],
            drawn["name"],
            "" if value is None or value == "" else format_html(' value="{}"', value),
            flatatt(drawn["attrs"]),
        )
    groups = []
    for label, options, _index in drawn["optgroups"]:
        lines = "".join(
            f'<option value="{conditional_escape(str(option["value"]))}"'
            f"{' selected' if option['selected'] else ''}"
            f"{' disabled' if option['attrs'].get('disabled') else ''}>"
            f"{conditional_escape(option['label'])}</option>"
            for option in options
        )
        groups.append(
            f'<optgroup label="{conditional_escape(label)}">{lines}</optgroup>' if label else lines
        )
    return format_html(
        '<select name="{}"{}>{}</select>',
        drawn["name"],
        flatatt(drawn["attrs"]),
        mark_safe("".join(groups)),  # nosec B308 B703 # all parts are escaped or ours
    )


@register.simple_tag
def form_groups(form: Form) -> Iterator[tuple[object, list[BoundField]]]:
    """The fields by ``form.fieldsets`` (legend, names); those it does not name come last."""
    left = {field.name: field for field in form.visible_fields()}
    groups = []
    for legend_text, names in getattr(form, "fieldsets", ()):
        fields = [left.pop(name) for name in names if name in left]
        if fields:
            groups.append((legend_text, fields))
    return iter([*groups, ("", list(left.values()))] if left else groups)


@register.simple_tag
def messages_of(errors: Iterable[object]) -> SafeString:
    """Errors as the list under a field."""
    return format_html(
        '<ul class="errorlist">{}</ul>',
        format_html_join("", "<li>{}</li>", ((conditional_escape(error),) for error in errors)),
    )


register.filter("listed", listed)
