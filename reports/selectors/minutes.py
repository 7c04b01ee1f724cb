"""The minutes of a meeting (会议纪要) as words, from what was recorded; print and file show the
same."""

from copy import copy
from dataclasses import dataclass

from django.utils import dateformat
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.domain.paper import DOCUMENT_LANGUAGE, numeral
from reports.models import AgendaItem, Attendance, Meeting, Unit
from reports.models.choices import (
    OUTCOME_LABELS,
    PRESENCE_LABELS,
    Outcome,
    Presence,
    clauses,
    day_label,
    listed,
)
from reports.selectors.names import called_then


@dataclass(frozen=True, slots=True)
class MinutesItem:
    """One item: its heading with number, what was decided, and the opinion of the legal unit."""

    numeral: str
    title: str
    result: str
    resolution: tuple[str, ...]
    legal_opinion: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Minutes:
    """Everything the minutes say, in order; what was not recorded is left out."""

    title: str
    issuer: str
    facts: tuple[tuple[str, str], ...]
    opening: str
    summary: tuple[str, ...]
    items: tuple[MinutesItem, ...]
    legal: tuple[str, ...]
    attendance: tuple[tuple[str, str], ...]
    recorded: tuple[tuple[str, str], ...]
    day: str
    mark: str = ""


def minutes_of(meeting: Meeting) -> Minutes:
    """The minutes of a meeting in the language of the document: two queries.

    ``meeting`` with unit, bureau, chair, post and who recorded it loaded, and with
    ``unit_name_then`` where its unit had another name on that day.
    """
    with override(DOCUMENT_LANGUAGE):
        items = list(meeting.agenda.order_by("position"))
        rows = meeting.attendances.select_related("unit", "person__unit").order_by("pk")
        return Minutes(
            title=_title(meeting),
            issuer=_called(meeting),
            facts=tuple(_facts(meeting)),
            opening=_opening(meeting),
            summary=tuple(_lines(meeting.summary)),
            items=tuple(_item(number, item) for number, item in enumerate(items, start=1)),
            legal=tuple(_lines(meeting.legal_opinion)) if meeting.legal_sat_in else (),
            attendance=tuple(_attendance(meeting, list(rows))),
            recorded=tuple(_recorded(meeting)),
            day=day_label(meeting.held_on),
            mark=_("本记录已作废，不计入任何数字") if meeting.is_cancelled else "",
        )


def full_name(unit: Unit, bureau: Unit | None) -> str:
    """What a unit is called on paper: with its bureau in front, unless it says so itself."""
    if bureau is None or unit.pk == bureau.pk or bureau.name in unit.name:
        return unit.name
    return f"{bureau.name}{unit.name}"


def full_name_then(unit: Unit, bureau: Unit | None, then: str | None) -> str:
    """``full_name`` by an earlier name of the unit, where it bore one."""
    if not then:
        return full_name(unit, bureau)
    called = copy(unit)
    called.name = then
    return full_name(called, bureau)


def paper_title(unit: Unit, bureau: Unit | None, name: str) -> str:
    """Who and what, on two lines; a unit that stands in the name is not said twice."""
    if unit.name not in name:
        return f"{full_name(unit, bureau)}\n{name}"
    if bureau is None or bureau.name in name:
        return name
    return f"{bureau.name}\n{name}"


def _title(meeting: Meeting) -> str:
    name = _("%(meeting)s纪要") % {"meeting": meeting.title}
    unit = copy(meeting.unit)
    unit.name = called_then(meeting.unit, getattr(meeting, "unit_name_then", None))
    return paper_title(unit, meeting.bureau, name)


def _called(meeting: Meeting) -> str:
    """The unit with its bureau, by the name it bore when the meeting was held."""
    then = getattr(meeting, "unit_name_then", None)
    return full_name_then(meeting.unit, meeting.bureau, then)


def _facts(meeting: Meeting) -> list[tuple[str, str]]:
    time = day_label(meeting.held_on)
    if meeting.starts_at:
        begun = dateformat.time_format(meeting.starts_at, "H:i")
        time = _("%(day)s%(time)s") % {"day": time, "time": begun}
        if meeting.ends_at:
            ended = dateformat.time_format(meeting.ends_at, "H:i")
            time = _("%(first)s—%(last)s") % {"first": time, "last": ended}
    found = [(_("时间"), time)]
    if meeting.place:
        found.append((_("地点"), meeting.place))
    if chair := chair_of(meeting):
        found.append((_("主持"), chair))
    return found


def chair_of(meeting: Meeting) -> str:
    """Who presided, in which post: 所长张三, 教导员李四（主持工作）."""
    if meeting.presided_by is None:
        return ""
    post = meeting.presiding_post.name if meeting.presiding_post else ""
    told = {"post": post, "name": meeting.presided_by.name}
    if meeting.presiding_acting:
        return (_("%(post)s%(name)s（主持工作）") % told).strip()
    return (_("%(post)s%(name)s") % told).strip()


def _opening(meeting: Meeting) -> str:
    told = {
        "day": day_label(meeting.held_on),
        "unit": _called(meeting),
        "meeting": meeting.title,
    }
    return _("%(day)s，%(unit)s召开%(meeting)s。现将会议情况纪要如下。") % told


def _item(number: int, item: AgendaItem) -> MinutesItem:
    result = ""
    # What was decided says that it was decided.
    if item.outcome and not (item.outcome == Outcome.DECIDED and item.resolution.strip()):
        result = str(OUTCOME_LABELS[Outcome(item.outcome)])
    title = _("%(title)s（涉法议题）") % {"title": item.title} if item.involves_law else item.title
    return MinutesItem(
        numeral=numeral(number),
        title=title,
        result=result,
        resolution=tuple(_lines(item.resolution)),
        legal_opinion=tuple(_lines(item.legal_opinion)),
    )


def _attendance(meeting: Meeting, rows: list[Attendance]) -> list[tuple[str, str]]:
    """Who was there, by the way of being there; whoever presided was there."""
    found = []
    for presence in Presence:
        names = [name_of(row, meeting) for row in rows if row.presence == presence]
        if presence == Presence.PRESENT and meeting.presided_by is not None:
            told = any(row.person_id == meeting.presided_by_id for row in rows)
            names = names if told else [meeting.presided_by.name, *names]
        if presence == Presence.SITTING_IN and meeting.legal_sat_in:
            names.append(_("法制部门"))
        if names:
            found.append((str(PRESENCE_LABELS[presence]), listed(names)))
    return found


def name_of(row: Attendance, meeting: Meeting) -> str:
    """A name of the list; someone of another unit is named with it. Wants both loaded."""
    if row.outside:
        return row.outside
    if row.unit is not None:
        return row.unit.label
    if row.person.unit_id == meeting.unit_id:
        return row.person.name
    return _("%(unit)s%(name)s") % {"unit": row.person.unit.label, "name": row.person.name}


def _recorded(meeting: Meeting) -> list[tuple[str, str]]:
    """Who entered it and when: the day held and the day of entry are two."""
    entered = day_label(localtime(meeting.recorded_at).date())
    user = meeting.recorded_by
    who = (user.get_full_name() or user.get_username()) if user else ""
    told = _("%(day)s录入") % {"day": entered}
    return [(_("记录"), clauses([who, told]) if who else told)]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
