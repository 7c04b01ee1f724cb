"""Problems and measures of a bureau as sheets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.measures import MeasureDraft, edit_measure, set_measures
from reports.actions.measures import reasons_against_draft as reasons_against_measure
from reports.actions.problems import (
    Cause,
    ProblemDraft,
    edit_problem,
    reasons_against_draft,
    register_problems,
)
from reports.actions.refusals import Refused
from reports.actions.sheet_imports import (
    PLAIN_OF_PROBLEM,
    Report,
    edit_problems_plainly,
    report_on_measures,
)
from reports.domain.imports import SheetKind
from reports.domain.measures import due_day
from reports.domain.problems import ENDED, ProblemClass, ProblemState
from reports.domain.sheet_cells import (
    NO,
    YES,
    CellType,
    day_of,
    labelled_line,
    parted,
    plain,
    same_word,
)
from reports.domain.sheet_ledger import ALSO_DESCRIPTION, HowFar, work_of
from reports.exchange.sheet_kinds.base import (
    CHUNK,
    CannotEnterSheet,
    Checked,
    Column,
    Kind,
    Ledger,
    Line,
    Lists,
    Place,
    Said,
    in_document,
    row_refused,
)
from reports.exchange.sheet_kinds.problem_rows import (
    WORK,
    Rows,
    row_of,
    rows_of,
)
from reports.models import Measure, Problem, ProblemSource, Progress
from reports.models.choices import PROBLEM_CLASS_LABELS, PROBLEM_STATE_LABELS

ROWS = "rows of the sheet"
MADE = "problems made"


def due_text(day: Any, is_month: bool) -> str:
    """A due day, or the month that it is the last day of."""
    return f"{day:%Y-%m}" if day is not None and is_month else plain(day)


class CausesColumn(Column):
    """Causes, each on a line of its own, behind the word of its kind where that is known."""

    def read(self, value: object, lists: Lists) -> str:
        lines = (line.strip() for line in super().read(value, lists).split("\n"))
        return "\n".join(line for line in lines if line)


def causes_of(text: str, place: Place) -> tuple[Cause, ...]:
    """The causes that a cell tells of."""
    kinds = {same_word(kind.name): kind for kind in place.lists.cause_kinds.rows.values()}
    found = []
    for line in text.split("\n"):
        word, colon, rest = parted(line)
        kind = kinds.get(same_word(word)) if colon and rest.strip() else None
        if line.strip():
            found.append(Cause(rest.strip() if kind else line.strip(), kind))
    return tuple(found)


class AboveColumn(Column):
    """A problem of the ledger, or the row of one that stands higher in the same sheet."""

    def read(self, value: object, lists: Lists) -> str:
        text = plain(value)
        return text if row_of(text) else super().read(value, lists)


class ProblemSheet(Kind):
    """The register of problems. Number and state come of the work and are only shown.

    A ledger as offices keep it has more in its rows: measures, often several in a cell or over
    several rows, and how far they are. Of a new problem they are entered with it; what was done is
    entered as reported. Nothing is closed by a sheet: who verified it, no sheet can say.
    """

    kind = SheetKind.PROBLEMS
    natural = ("title", "unit", "found_on")
    fields = (
        Column("number", gettext_lazy("编号"), shown=True, once=True),
        Column("state", gettext_lazy("状态"), shown=True, once=True),
        Column("title", gettext_lazy("问题"), required=True, longest=150),
        Column("unit", gettext_lazy("牵头单位"), CellType.WORD, required=True, list_of="units"),
        Column("joint_units", gettext_lazy("配合单位"), CellType.WORDS, list_of="units"),
        Column("source", gettext_lazy("来源"), CellType.WORD, required=True, list_of="sources"),
        Column("found_on", gettext_lazy("发现日期"), CellType.DAY, required=True),
        Column("description", gettext_lazy("具体表现")),
        CausesColumn("causes", gettext_lazy("原因")),
        Column("themes", gettext_lazy("要素"), CellType.WORDS, list_of="themes"),
        Column(
            "kind",
            gettext_lazy("整改类别"),
            CellType.WORD,
            words=PROBLEM_CLASS_LABELS,
            given=ProblemClass.DATED.value,
        ),
        Column("due_on", gettext_lazy("整改期限"), CellType.DAY_OR_MONTH),
        Column("review_on", gettext_lazy("下次评估日期"), CellType.DAY),
        Column("leader", gettext_lazy("责任领导"), CellType.WORD, list_of="people"),
        Column("responsible", gettext_lazy("责任人"), CellType.WORD, list_of="people"),
        Column("taken_on", gettext_lazy("领导领办"), CellType.YES_NO, given=NO),
        Column("target", gettext_lazy("整改目标"), longest=300),
        Column("standard", gettext_lazy("销号标准")),
        Column("raised_from_above", gettext_lazy("上级或外部提出"), CellType.YES_NO, given=NO),
        Column("raised_by", gettext_lazy("提出机关"), longest=80),
        Column("source_document", gettext_lazy("来源文件"), longest=120),
        Column("source_day", gettext_lazy("来文日期"), CellType.DAY),
        Column("received_on", gettext_lazy("收文日期"), CellType.DAY),
        Column("reply_due_on", gettext_lazy("回复期限"), CellType.DAY),
        Column("replied_on", gettext_lazy("回复日期"), CellType.DAY),
        Column("reply_document", gettext_lazy("回复文号"), longest=120),
        Column("counts", gettext_lazy("计入问题数"), CellType.YES_NO, given=YES),
        AboveColumn("parent", gettext_lazy("上级问题"), CellType.WORD, list_of="problems"),
        Column("measures", gettext_lazy("整改措施"), once=True),
        Column("measure_due", gettext_lazy("措施时限"), CellType.DAY_OR_MONTH, once=True),
        Column("progress", gettext_lazy("整改进展"), once=True),
        Column("outcome", gettext_lazy("完成情况"), once=True),
        Column("finished_on", gettext_lazy("完成日期"), CellType.DAY, once=True),
    )

    # Rows of one sheet that build on each other ------------------------------------------------

    def settled(self, names: Mapping[int, str], fields: Mapping[int, str]) -> dict[int, str]:
        """问题描述 is the problem, and beside 问题 what it shows in."""
        settled = dict(fields)
        if "description" not in settled.values():
            for place, name in names.items():
                if name in ALSO_DESCRIPTION and place not in settled:
                    settled[place] = "description"
                    break
        return settled

    def learn(self, lines: list[Line], place: Place) -> list[Line]:
        rows = place.memory[ROWS] = rows_of(lines)
        return rows.lines

    def before(self, line: Line, place: Place) -> None:
        self._rows_of_sheet(place).begin(line, place)

    def after(self, checked: Checked, place: Place) -> None:
        self._rows_of_sheet(place).end(checked)

    @staticmethod
    def _rows_of_sheet(place: Place) -> Rows:
        return place.memory.setdefault(ROWS, Rows([]))

    def meant(self, keys: list[int], says: Mapping[str, str], ledger: Ledger) -> list[int]:
        """Where a ledger has no days of finding, a problem is known by its title and unit."""
        if keys or says.get("found_on"):
            return keys
        by_title: dict[tuple[str, str], list[int]] = ledger.place.memory.setdefault("titles", {})
        if not by_title:
            for key, texts in ledger.records.items():
                named = same_word(texts["title"]), texts["unit"]
                by_title.setdefault(named, []).append(key)
        return by_title.get((same_word(says.get("title", "")), says.get("unit", "")), [])

    def remark(self, says: Mapping[str, str], key: int, place: Place) -> str:
        """What stands in a ledger beside a problem that is there already, and is not taken."""
        titles, reports = self._rows_of_sheet(place).told(place)
        if not titles and not reports:
            return ""
        notes = []
        if titles - self._known(place, "measures of", Measure, "problems", "title").get(key, set()):
            notes.append(_("该问题已登记，表中新的措施请用“措施”表补充。"))
        known = self._known(place, "reports of", Progress, "measure__problems", "text")
        if reports - known.get(key, set()):
            notes.append(_("该问题已登记，表中新的进展请在措施中填报。"))
        return "\n".join(notes)

    @staticmethod
    def _known(place: Place, name: str, model: Any, problem: str, text: str) -> dict[int, set[str]]:
        """By problem the texts that are there, read once, when the first is asked for."""
        if name not in place.memory:
            found: dict[int, set[str]] = {}
            rows = model.objects.filter(**{f"{problem}__bureau": place.bureau})
            for key, said in rows.values_list(problem, text):
                found.setdefault(key, set()).add(plain(said))
            place.memory[name] = found
        return place.memory[name]

    def now(
        self, place: Place, keys: Sequence[int] | None = None
    ) -> Iterator[tuple[int, dict[str, str]]]:
        lists = place.lists
        words = {state.value: in_document(word) for state, word in PROBLEM_STATE_LABELS.items()}
        for row in self._rows(place, keys):
            yield (
                row.pk,
                {
                    "number": f"{row.year}-{row.number}",
                    "state": words[row.state],
                    "title": plain(row.title),
                    "unit": lists.units.label(row.unit),
                    "joint_units": lists.units.several(row.joint_units.all()),
                    "source": row.source.name,
                    "found_on": plain(row.found_on),
                    "description": plain(row.description),
                    "causes": "\n".join(_cause_line(each) for each in row.causes.all()),
                    "themes": lists.themes.several(row.themes.all()),
                    "kind": self.by_name["kind"].word(row.kind),
                    "due_on": due_text(row.due_on, row.due_is_month),
                    "review_on": plain(row.review_on),
                    "leader": plain(lists.people.label(row.leader)),
                    "responsible": plain(lists.people.label(row.responsible)),
                    "taken_on": plain(row.taken_on),
                    "target": plain(row.target),
                    "standard": plain(row.standard),
                    "raised_from_above": plain(row.raised_from_above),
                    "raised_by": plain(row.raised_by),
                    "source_document": plain(row.source_document),
                    "source_day": plain(row.source_day),
                    "received_on": plain(row.received_on),
                    "reply_due_on": plain(row.reply_due_on),
                    "replied_on": plain(row.replied_on),
                    "reply_document": plain(row.reply_document),
                    "counts": plain(row.counts),
                    "parent": lists.problems.label(row.parent) if row.parent_id else "",
                },
            )

    @staticmethod
    def _rows(place: Place, keys: Sequence[int] | None = None) -> Iterator[Problem]:
        rows = Problem.objects.filter(bureau=place.bureau).standing()
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        rows = rows.select_related("unit", "source", "leader", "responsible", "parent")
        rows = rows.prefetch_related("joint_units", "themes", "causes__kind")
        return rows.order_by("year", "pk").iterator(chunk_size=CHUNK)

    def uniques(self, place: Place) -> Iterator[tuple[str, ...] | None]:
        """Of thousands of problems no more than that is read."""
        rows = Problem.objects.filter(bureau=place.bureau).standing()
        return self._uniques(rows.values_list("title", "unit_id", "found_on"), place)

    def _uniques(self, rows: Iterable[Any], place: Place) -> Iterator[tuple[str, ...] | None]:
        units = place.lists.units.labels
        for title, unit, day in rows:
            texts = (plain(title), units.get(unit, ""), plain(day))
            yield self.unique_of(dict(zip(self.unique, texts, strict=True)))

    def completed(self, texts: dict[str, str], place: Place) -> dict[str, str]:
        """What the rows above say, and the source of who raised it, where the row is silent."""
        texts = self._rows_of_sheet(place).completed(texts, place)
        if "raised_from_above" in texts and texts["raised_from_above"] == YES:
            return texts
        source = place.memory.setdefault(
            "above", {row.name for row in place.lists.sources.rows.values() if _above(row)}
        )
        if texts.get("source") in source and texts.get("raised_by"):
            return texts | {"raised_from_above": YES}
        return texts

    def _draft(self, said: Said, place: Place, row: Problem | None = None) -> ProblemDraft:
        lists = place.lists
        causes: tuple[Cause, ...] = ()
        if row is not None and "causes" not in said.changed:
            causes = tuple(Cause(each.text, each.kind) for each in row.causes.all())
        else:
            causes = causes_of(said.text("causes"), place)
        joint = row.joint_units.all() if row else ()
        due = said.day("due_on")
        if row is not None and "due_on" not in said.changed:
            due = row.due_on
        return ProblemDraft(
            unit=said.one(lists.units, "unit", row and row.unit),
            title=said.text("title"),
            source=said.one(lists.sources, "source", row and row.source),
            found_on=said.day("found_on"),
            description=said.text("description"),
            causes=causes,
            themes=said.some(lists.themes, "themes", row.themes.all() if row else ()),
            source_document=said.text("source_document"),
            source_day=said.day("source_day"),
            received_on=said.day("received_on"),
            reply_due_on=said.day("reply_due_on"),
            replied_on=said.day("replied_on"),
            reply_document=said.text("reply_document"),
            raised_from_above=said.yes("raised_from_above"),
            raised_by=said.text("raised_by"),
            kind=ProblemClass(self.by_name["kind"].code(said.text("kind"))),
            counts=said.yes("counts"),
            due_on=due and due_day(due, said.is_month("due_on")),
            due_is_month=said.is_month("due_on"),
            review_on=said.day("review_on"),
            target=said.text("target"),
            standard=said.text("standard"),
            taken_on=said.yes("taken_on"),
            leader=said.one(lists.people, "leader", row and row.leader),
            responsible=said.one(lists.people, "responsible", row and row.responsible),
            parent=self._parent(said, place, row),
            repeats=row.repeats if row and row.repeats_id else None,
            joint_units=said.some(lists.units, "joint_units", joint),
            imported_from=place.source,
            imported_row=said.number,
        )

    def _parent(self, said: Said, place: Place, row: Problem | None) -> Problem | None:
        """The problem above: of the ledger, or of the same sheet once that is registered."""
        if number := row_of(said.text("parent")):
            return place.memory.get(MADE, {}).get(number)
        return said.one(place.lists.problems, "parent", row and row.parent)

    def against(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        """The rules on a problem as entered. What asks for its moves is told when it is entered."""
        yield from self._rows_of_sheet(place).against(said, place)
        row = self._there(place).get(said.record) if said.record is not None else None
        draft = self._draft(said, place, row)
        blamed = _blamed_of_problem()
        for reason in reasons_against_draft(draft, today=place.today):
            yield blamed.get(reason, "title"), reason
        if draft.unit in draft.joint_units:
            yield "joint_units", _("牵头单位不能同时是配合单位。")
        told = said.changed or self.by_name.keys()
        if draft.kind == ProblemClass.STANDING and "due_on" in told and draft.due_on is not None:
            yield "due_on", _("长期坚持的问题定期评估，不设期限。")
        if draft.parent is not None and "parent" in told and draft.parent.state in ENDED:
            yield "parent", _("上级问题已经办结，不能再列入其下。")
        if row is None:
            return
        if draft.found_on.year != row.year:
            yield "found_on", _("编号按年度编排，发现日期不能改到别的年度；请作废后重新登记。")
        if "due_on" in said.changed and row.state != ProblemState.REGISTERED:
            yield "due_on", _("交办后期限不能直接修改，请申请延期。")

    def _there(self, place: Place) -> dict[int, Problem]:
        """The problems in memory, read once, when the first of them is changed."""
        if "problems" not in place.memory:
            place.memory["problems"] = {row.pk: row for row in self._rows(place)}
        return place.memory["problems"]

    def add(self, rows: Sequence[Said], place: Place) -> None:
        """Problems, those above before those below; then their measures, and what was reported."""
        made: dict[int, Problem] = place.memory.setdefault(MADE, {})
        waiting = list(rows)
        while waiting:
            ready = [row for row in waiting if (row_of(row.text("parent")) or 0) in {0, *made}]
            if not ready:
                raise CannotEnterSheet(
                    _("第%(n)s行：上级问题（%(above)s）没有勾选入库。")
                    % {"n": row.number, "above": row.text("parent")}
                    for row in waiting
                )
            drafts = [self._draft(row, place) for row in ready]
            registered = register_problems(drafts, by=place.by, at=place.at, today=place.today)
            made |= {row.number: each for row, each in zip(ready, registered, strict=True)}
            taken = {row.number for row in ready}
            waiting = [row for row in waiting if row.number not in taken]
        self._add_measures(rows, made, place)

    def _add_measures(
        self, rows: Sequence[Said], made: Mapping[int, Problem], place: Place
    ) -> None:
        """Set on the day the problem was found. What says the same of several problems is one."""
        lists = place.lists
        work: dict[tuple[Any, ...], list[Said]] = {}
        for row in rows:
            for each in work_of(row.text(WORK)):
                unit = each.unit or row.text("unit")
                responsible = each.responsible or row.text("responsible")
                same = (each, unit, responsible, row.text("leader"), row.text("found_on"))
                work.setdefault(same, []).append(row)
        drafts = []
        for (each, unit, responsible, leader, _found), of in work.items():
            due = day_of(each.due) if each.due else None
            drafts.append(
                MeasureDraft(
                    unit=lists.units.find(unit),
                    title=each.title,
                    set_on=made[of[0].number].found_on,
                    problems=tuple(made[row.number] for row in of),
                    responsible=lists.people.find(responsible) if responsible else None,
                    leader=lists.people.find(leader) if leader else None,
                    due_on=due and due_day(due, len(each.due) == 7),
                    due_is_month=len(each.due) == 7,
                    imported_from=place.source,
                    imported_row=of[0].number,
                )
            )
        measures = set_measures(drafts, by=place.by, at=place.at, today=place.today)
        reports = [
            Report(
                measure=measure,
                on=day_of(each.on) or place.today,
                text=each.report,
                finishes=each.how == HowFar.DONE,
                basically_done=each.how == HowFar.BASICALLY,
            )
            for measure, (each, *_same) in zip(measures, work, strict=True)
            if each.report
        ]
        report_on_measures(reports, by=place.by, at=place.at, today=place.today)

    def change(self, rows: Sequence[Said], place: Place) -> None:
        """Plain corrections are written together, the others by the action for one."""
        found = {row.pk: row for row in self._rows(place, [row.record or 0 for row in rows])}
        plainly, others = [], []
        for said in rows:
            row = found[said.record or 0]
            draft = self._draft(said, place, row)
            # The history of a problem notes its joint units and themes only where one is saved.
            alone = not row.joint_units.all() and not row.themes.all()
            if alone and said.changed <= PLAIN_OF_PROBLEM:
                plainly.append((row, draft))
            else:
                others.append((said, draft))
        if plainly:
            edit_problems_plainly(plainly, by=place.by, at=place.at, today=place.today)
        for said, draft in others:
            try:
                edit_problem(
                    problem_id=said.record or 0,
                    draft=draft,
                    by=place.by,
                    at=place.at,
                    today=place.today,
                )
            except Refused as refusal:
                raise row_refused(said.number, refusal) from refusal


def _above(source: ProblemSource) -> bool:
    return source.raised_from_above


def _cause_line(cause: Any) -> str:
    text = " ".join(plain(cause.text).split("\n"))
    return labelled_line(cause.kind.name, text) if cause.kind_id else text


def _blamed_of_problem() -> dict[str, str]:
    """By what the rules say, the column that it is about."""
    return {
        _("请填写问题。"): "title",
        _("该单位不属于任何分局，不能登记问题。"): "unit",
        _("发现日期不能晚于今天。"): "found_on",
        _("整改期限早于发现日期。"): "due_on",
        _("上级或外部提出的问题，请填写提出机关。"): "raised_by",
        _("上级问题须属于同一分局。"): "parent",
        _("上级问题须属于同一年度。"): "parent",
        _("配合单位须属于同一分局。"): "joint_units",
        _("收文日期早于来文日期。"): "received_on",
        _("回复日期早于收文日期。"): "replied_on",
        _("回复日期不能晚于今天。"): "replied_on",
    }


class MeasureSheet(Kind):
    """Measures; due days and what was reported come of the work and are not changed by a sheet."""

    kind = SheetKind.MEASURES
    natural = ("title", "unit", "set_on")
    fields = (
        Column("title", gettext_lazy("措施"), required=True, longest=200),
        Column("unit", gettext_lazy("责任单位"), CellType.WORD, required=True, list_of="units"),
        Column("problems", gettext_lazy("对应问题"), CellType.WORDS, list_of="problems"),
        Column("plan_year", gettext_lazy("计划年度"), CellType.YEAR),
        Column("set_on", gettext_lazy("确定日期"), CellType.DAY, required=True, fixed=True),
        Column("due_on", gettext_lazy("完成期限"), CellType.DAY_OR_MONTH),
        Column("responsible", gettext_lazy("责任人"), CellType.WORD, list_of="people"),
        Column("leader", gettext_lazy("责任领导"), CellType.WORD, list_of="people"),
        Column("joint_units", gettext_lazy("配合单位"), CellType.WORDS, list_of="units"),
        Column("standard", gettext_lazy("完成标准")),
        Column("task", gettext_lazy("对应上级任务"), shown=True),
        Column("done_on", gettext_lazy("完成日期"), CellType.DAY, shown=True),
    )

    def now(
        self, place: Place, keys: Sequence[int] | None = None
    ) -> Iterator[tuple[int, dict[str, str]]]:
        lists = place.lists
        for row in self._rows(place, keys):
            yield (
                row.pk,
                {
                    "title": plain(row.title),
                    "unit": lists.units.label(row.unit),
                    "problems": lists.problems.several(
                        each for each in row.problems.all() if each.pk in lists.problems.rows
                    ),
                    "plan_year": plain(row.plan_year),
                    "set_on": plain(row.set_on),
                    "due_on": due_text(row.due_on, row.due_is_month),
                    "responsible": plain(lists.people.label(row.responsible)),
                    "leader": plain(lists.people.label(row.leader)),
                    "joint_units": lists.units.several(row.joint_units.all()),
                    "standard": plain(row.standard),
                    "task": plain(row.task.title) if row.task else "",
                    "done_on": plain(row.done_on),
                },
            )

    @staticmethod
    def _rows(place: Place, keys: Sequence[int] | None = None) -> Iterator[Measure]:
        rows = Measure.objects.filter(bureau=place.bureau).standing()
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        rows = rows.select_related("unit", "responsible", "leader", "task")
        rows = rows.prefetch_related("problems", "joint_units")
        return rows.order_by("set_on", "pk").iterator(chunk_size=CHUNK)

    def _draft(self, said: Said, place: Place, row: Measure | None = None) -> MeasureDraft:
        lists = place.lists
        due = said.day("due_on")
        return MeasureDraft(
            unit=said.one(lists.units, "unit", row and row.unit),
            title=said.text("title"),
            set_on=said.day("set_on"),
            problems=said.some(lists.problems, "problems", row.problems.all() if row else ()),
            plan_year=said.whole("plan_year"),
            standard=said.text("standard"),
            responsible=said.one(lists.people, "responsible", row and row.responsible),
            leader=said.one(lists.people, "leader", row and row.leader),
            due_on=due and due_day(due, said.is_month("due_on")),
            due_is_month=said.is_month("due_on"),
            joint_units=said.some(lists.units, "joint_units", row.joint_units.all() if row else ()),
            task=row.task if row else None,
            imported_from=place.source,
            imported_row=said.number,
        )

    def against(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        row = self._there(place).get(said.record) if said.record is not None else None
        draft = self._draft(said, place, row)
        answered = [each.pk for each in row.problems.all()] if row else []
        blamed = _blamed_of_measure()
        for reason in reasons_against_measure(draft, today=place.today, answered=answered):
            yield blamed.get(reason, "problems"), reason
        if row is None:
            return
        if "due_on" in said.changed:
            yield "due_on", _("完成期限不能直接修改，请申请延期。")
        if row.done_on is not None:
            yield next(iter(said.changed)), _("该措施已完成，不能再办理。")
        if row.dropped_on is not None:
            yield next(iter(said.changed)), _("该措施已终止，不能再办理。")

    def _there(self, place: Place) -> Mapping[int, Measure]:
        if "measures" not in place.memory:
            place.memory["measures"] = {row.pk: row for row in self._rows(place)}
        return place.memory["measures"]

    def add(self, rows: Sequence[Said], place: Place) -> None:
        drafts = [self._draft(row, place) for row in rows]
        set_measures(drafts, by=place.by, at=place.at, today=place.today)

    def change(self, rows: Sequence[Said], place: Place) -> None:
        found = {row.pk: row for row in self._rows(place, [row.record or 0 for row in rows])}
        for said in rows:
            draft = self._draft(said, place, found[said.record or 0])
            try:
                edit_measure(
                    measure_id=said.record or 0,
                    title=draft.title,
                    standard=draft.standard,
                    responsible=draft.responsible,
                    unit=draft.unit,
                    problems=draft.problems,
                    plan_year=draft.plan_year,
                    task=draft.task,
                    leader=draft.leader,
                    joint_units=draft.joint_units,
                )
            except Refused as refusal:
                raise row_refused(said.number, refusal) from refusal


def _blamed_of_measure() -> dict[str, str]:
    return {
        _("请填写措施。"): "title",
        _("该单位不属于任何分局，不能承担措施。"): "unit",
        _("确定日期不能晚于今天。"): "set_on",
        _("完成期限早于措施确定日期。"): "due_on",
        _("配合单位须属于同一分局。"): "joint_units",
        _("责任单位不能同时是配合单位。"): "joint_units",
    }
