"""The mail that tells a person what waits: plain text, most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.models.choices import clauses, day_label
from reports.selectors.scope import Scope
from reports.selectors.todo import first_of_each, rows_waiting
from reports.selectors.todo_words import Line, lines_of, parts_of

OF_EACH = 5  # of each kind; the list itself is a click away


@dataclass(frozen=True, slots=True)
class Digest:
    """Subject and text of one mail."""

    subject: str
    text: str
    number: int


def digest_of(scope: Scope, *, name: str, address: str, today: date) -> Digest | None:
    """What waits for the user of the scope on that day; None when nothing waits.

    ``name`` is how the person is addressed, ``address`` the site's own, without a path; empty
    where it is not known. Three queries.
    """
    rows = rows_waiting(scope, today=today)
    if not rows:
        return None
    kept, cut = first_of_each(rows, OF_EACH)
    late = sum(row.day is not None and row.day < today for row in rows)
    told = {"n": len(rows), "late": late, "day": day_label(today), "name": name}
    subject = ngettext("法治台账：%(n)s项待办", "法治台账：%(n)s项待办", len(rows)) % told
    if late:
        subject = _("%(subject)s，%(late)s项已过期限") % {"subject": subject, "late": late}
    opening = ngettext(
        "截至%(day)s，您有%(n)s项待办。", "截至%(day)s，您有%(n)s项待办。", len(rows)
    )
    text = [
        _("%(name)s：") % told,
        "",
        opening % told,
    ]
    for part in parts_of(lines_of(kept, today=today), today=today):
        text += ["", f"■ {part.heading}", *_numbered(part.lines)]
    if cut:
        text += ["", _("每类只列最急的%(n)s项，其余请登录查看。") % {"n": OF_EACH}]
    where = f"{address}/todo/" if address else ""
    text += [
        "",
        _("办理请登录法治台账“我的待办”：%(where)s") % {"where": where}
        if where
        else _("办理请登录法治台账“我的待办”。"),
        _("此邮件自动发出，请勿回复；可在“邮件提醒”中改为每周一次或不发。"),
        "",
    ]
    return Digest(subject, "\n".join(text), len(rows))


def _numbered(lines: Sequence[Line]) -> list[str]:
    return [f"{number}. {_words(line)}" for number, line in enumerate(lines, 1)]


def _words(line: Line) -> str:
    told = [line.detail, line.when]
    if line.instead_of:
        told.append(_("代%(name)s") % {"name": line.instead_of})
    return _("[%(badge)s] %(what)s（%(told)s）") % {
        "badge": line.badge,
        "what": line.what,
        "told": clauses(part for part in told if part),
    }
