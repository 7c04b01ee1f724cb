"""What is typed of a problem and of its moves."""

from datetime import date
from functools import cache
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from reports.actions.evidence import Upload
from reports.actions.problem_bulk import Assignment, NewTerm
from reports.actions.problems import Cause, ProblemDraft, Signed
from reports.domain.access import Act
from reports.domain.problems import (
    Against,
    Decision,
    LookBackResult,
    Need,
    ProblemClass,
    ProblemMove,
    ProblemState,
    Step,
)
from reports.domain.similar import Told
from reports.models import CauseKind, Person, Problem, ProblemSource, ProblemTheme, Unit
from reports.models.choices import (
    AGAINST_MOVE_SENTENCES,
    LOOK_BACK_RESULT_LABELS,
    PROBLEM_CLASS_LABELS,
    EvidenceKind,
    day_label,
    labelled,
)
from reports.selectors.scope import Scope

from .base import (
    Choice,
    FilesField,
    PersonField,
    TermForm,
    UnitField,
    UnitsField,
    day_field,
    days_field,
    people_of,
    text_field,
)


def read_once(*fields: forms.ModelChoiceField) -> None:
    """Fields that offer the same rows read them once, when the page draws the first of them."""
    first = fields[0]

    @cache
    def choices() -> list[tuple[Any, Any]]:
        # Through a generator: asked for its length, the iterator would count the rows first.
        return list(iter(ModelChoiceIterator(first)))

    for field in fields:
        field.choices = choices if field.empty_label is not None else (lambda: choices()[1:])


class ProblemField(Choice):
    def label_from_instance(self, obj):
        return obj.named_with_year


MOST_CAUSES = 6
BLANK_CAUSES = 3
# So many stand open on the page of a problem, the rest folded.
SHOWN_CAUSES = 2


class CausesForm(forms.Form):
    """Several causes, each with its kind: a pair of fields a cause, and some empty ones."""

    def add_causes(self, told: list[tuple[str, int | None]], rows: int = BLANK_CAUSES) -> None:
        kinds = list(CauseKind.objects.order_by("position", "pk"))
        choices = [("", _("原因类别")), *((kind.pk, kind.name) for kind in kinds)]
        self.cause_kinds = {kind.pk: kind for kind in kinds}
        self.cause_rows = min(max(rows, len(told) + 1), MOST_CAUSES)
        for n in range(1, self.cause_rows + 1):
            text, kind = told[n - 1] if n <= len(told) else ("", None)
            self.fields[f"cause_{n}"] = text_field(
                label=_("原因%(n)s") % {"n": n}, required=False, rows=2, initial=text
            )
            self.fields[f"cause_kind_{n}"] = forms.TypedChoiceField(
                label=_("原因%(n)s类别") % {"n": n},
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                initial=kind,
            )
        self.fields["cause_1"].help_text = _("交办前必须写明；可写几条，各选类别。")

    def cause_pairs(self):
        """The fields of each cause together, for the page."""
        return [
            (self[f"cause_{n}"], self[f"cause_kind_{n}"]) for n in range(1, self.cause_rows + 1)
        ]

    def first_pairs(self):
        """The pairs that stand open on the page."""
        return self.cause_pairs()[:SHOWN_CAUSES]

    def more_pairs(self):
        """The pairs that are folded until one is needed."""
        return self.cause_pairs()[SHOWN_CAUSES:]

    def causes(self) -> tuple[Cause, ...]:
        given = self.cleaned_data
        return tuple(
            Cause(text, self.cause_kinds.get(given.get(f"cause_kind_{n}")))
            for n in range(1, self.cause_rows + 1)
            if (text := given.get(f"cause_{n}", "").strip())
        )


class ProblemForm(CausesForm, TermForm):
    """A problem as entered; every choice ends where the scope ends."""

    unit = UnitField(label=_("牵头单位"), queryset=Unit.objects.none())
    title = forms.CharField(
        label=_("问题"),
        max_length=150,
        help_text=_("一句话写明，不写当事人、信访人、嫌疑人姓名。"),
    )
    found_on = day_field(label=_("发现日期"))
    source = Choice(label=_("来源"), queryset=ProblemSource.objects.order_by("position", "pk"))
    source_document = forms.CharField(
        label=_("来源文件"), max_length=120, required=False, help_text=_("名称或文号。")
    )
    source_day = day_field(label=_("来文日期"), required=False)
    received_on = day_field(label=_("收文日期"), required=False)
    reply_due_on = day_field(label=_("回复期限"), required=False)
    replied_on = day_field(label=_("回复日期"), required=False)
    reply_document = forms.CharField(label=_("回复文号"), max_length=120, required=False)
    raised_from_above = forms.BooleanField(
        label=_("上级或外部提出"), required=False, help_text=_("销号须以提出机关的认定为准。")
    )
    raised_by = forms.CharField(label=_("提出机关"), max_length=80, required=False)
    description = text_field(label=_("具体表现"), required=False)
    themes = forms.ModelMultipleChoiceField(
        label=_("要素"),
        queryset=ProblemTheme.objects.order_by("position", "pk"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    kind = forms.ChoiceField(
        label=_("整改类别"),
        choices=labelled(PROBLEM_CLASS_LABELS),
        initial=ProblemClass.DATED.value,
    )
    due_on = day_field(label=_("整改期限"), required=False)
    due_is_month = forms.BooleanField(
        label=_("期限只到月份"), required=False, help_text=_("以该月最后一日为期限。")
    )
    due_within = days_field()
    due_in_workdays = forms.BooleanField(label=_("按工作日计算"), required=False)
    review_on = day_field(
        label=_("下次评估日期"), required=False, help_text=_("长期坚持的问题定期评估，不设期限。")
    )
    target = forms.CharField(label=_("整改目标"), max_length=300, required=False)
    standard = text_field(label=_("销号标准"), required=False, rows=2)
    leader = PersonField(
        label=_("责任领导"),
        queryset=Person.objects.none(),
        required=False,
        help_text=_("销号时须署名；不能是提交人或核查人。"),
    )
    taken_on = forms.BooleanField(label=_("由责任领导领办"), required=False)
    responsible = PersonField(label=_("责任人"), queryset=Person.objects.none(), required=False)
    joint_units = UnitsField(
        label=_("配合单位"),
        queryset=Unit.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    parent = ProblemField(
        label=_("上级问题"),
        queryset=Problem.objects.none(),
        required=False,
        help_text=_("属于某一问题之下的，编号如 1.1。"),
    )
    repeats = ProblemField(
        label=_("往年同一问题"),
        queryset=Problem.objects.none(),
        required=False,
        help_text=_("往年年度报告或台账中已有的，选择后显示连续几年列入。"),
    )
    counts = forms.BooleanField(
        label=_("计入问题数"),
        required=False,
        initial=True,
        help_text=_("向上报送的数字中是否算作一个问题。"),
    )

    def __init__(self, *args, scope: Scope, today: date, problem: Problem | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.problem, self.today = problem, today
        told = [(each.text, each.kind_id) for each in problem.causes.all()] if problem else []
        self.add_causes(told, rows=MOST_CAUSES)
        bureau = problem.bureau_id if problem else None
        units = scope.units(Act.REGISTER_PROBLEM).filter(bureau__isnull=False)
        known = scope.limit(Problem.objects.standing(), Act.REGISTER_PROBLEM)
        if problem:
            units, known = units.filter(bureau=bureau), known.filter(bureau=bureau)
            known = known.exclude(pk=problem.pk)
        units = units.existing_on(today) | units.filter(pk=problem.unit_id if problem else None)
        self.fields["unit"].queryset = units.in_order()
        self.fields["joint_units"].queryset = units.in_order()
        year = problem.year if problem else today.year
        # Last year's too, for what is entered in January and was found before.
        years = [year] if problem else [year, year - 1]
        self.fields["parent"].queryset = known.filter(year__in=years).order_by("-year", "pk")
        self.fields["repeats"].queryset = known.filter(year__lt=year).order_by("-year", "pk")
        people = people_of(scope, bureau_id=bureau, today=today)
        for name in ("leader", "responsible"):
            self.fields[name].queryset = people
        read_once(self.fields["leader"], self.fields["responsible"])
        read_once(self.fields["unit"], self.fields["joint_units"])
        read_once(self.fields["source"])
        if problem and problem.state != ProblemState.REGISTERED:
            for name in ("due_on", "due_is_month", "due_within", "due_in_workdays"):
                self.fields[name].disabled = True
            self.fields["due_on"].help_text = _("已交办，改期请申请延期。")

    def wants_reply(self) -> bool:
        """Whether the chosen source is a paper that must be answered."""
        chosen = self["source"].value()
        return str(getattr(chosen, "pk", chosen)) in self.replied_sources

    @cached_property
    def replied_sources(self) -> list[str]:
        """The keys of the sources that want a reply, as the page has them."""
        offered = [value for value, _label in self.fields["source"].choices if value]
        return [str(value) for value in offered if value.instance.wants_reply]

    def open_parts(self) -> set[str]:
        """The folded parts of the page that hold something, or an error."""
        return {part for part, names in FOLDED.items() if any(self._told(n) for n in names)}

    def _told(self, name: str) -> bool:
        return name in self.errors or self[name].value() not in (None, "", [], False)

    def clean_found_on(self):
        day = self.cleaned_data["found_on"]
        if day > self.today:
            raise forms.ValidationError(_("发现日期不能晚于今天。"))
        return day

    def clean(self):
        given = super().clean()
        source = given.get("source")
        if source and source.raised_from_above:
            given["raised_from_above"] = True
        if given.get("raised_from_above") and not given.get("raised_by"):
            self.add_error("raised_by", _("上级或外部提出的问题，请填写提出机关。"))
        found, due = given.get("found_on"), given.get("due_on")
        if found and due and due < found and not given.get("due_is_month"):
            self.add_error("due_on", _("整改期限早于发现日期。"))
        if not self.fields["due_within"].disabled:
            self.check_term(given)
        return given

    def draft(self) -> ProblemDraft:
        given = dict(self.cleaned_data)
        plain = {n: v for n, v in given.items() if not n.startswith(("cause_", "due_"))}
        assigned = self.fields["due_on"].disabled
        return ProblemDraft(
            **plain
            | {
                "kind": ProblemClass(given["kind"]),
                "joint_units": tuple(given["joint_units"]),
                "themes": tuple(given["themes"]),
                "causes": self.causes(),
                "due_on": given["due_on"],
                "due_is_month": bool(given["due_on"] and given["due_is_month"]),
                "within": None if assigned else self.within(),
            }
        )

    def told(self) -> Told:
        """What earlier problems are compared with."""
        kinds = {cause.kind.pk for cause in self.causes() if cause.kind}
        themes = {theme.pk for theme in self.cleaned_data["themes"]}
        return Told(self.cleaned_data["title"], frozenset(themes), frozenset(kinds))


# What is seldom filled in stands folded on the page.
FOLDED = {
    "paper": ("received_on", "reply_due_on", "replied_on", "reply_document"),
    "causes": tuple(
        name
        for n in range(SHOWN_CAUSES + 1, MOST_CAUSES + 1)
        for name in (f"cause_{n}", f"cause_kind_{n}")
    ),
    "joint": ("joint_units",),
    "tree": ("parent", "repeats"),
}
SEVERAL = ("joint_units", "themes")


def initial_of(problem: Problem) -> dict[str, object]:
    """The fields of the form as the problem has them; a term in days shows as its number."""
    names = [n for n in ProblemForm.base_fields if n not in SEVERAL]
    plain = {name: getattr(problem, problem._meta.get_field(name).attname) for name in names}
    if problem.due_within and problem.state == ProblemState.REGISTERED:
        plain["due_on"] = None
    return plain | {name: list(getattr(problem, name).all()) for name in SEVERAL}


REASON_LABELS = {
    ProblemMove.NEARLY: _("完成情况和尚未完成的事项"),
    ProblemMove.SUBMIT: _("整改情况"),
    ProblemMove.MERGE: _("并入的理由"),
    ProblemMove.DISMISS: _("不予列入的理由"),
    ProblemMove.RETURN: _("退回原因"),
    ProblemMove.VERIFY: _("核查情况"),
    ProblemMove.CLOSE: _("核查情况"),
    ProblemMove.REOPEN: _("重新整改的原因"),
}
# Decisions that a leader may have made on paper.
ON_PAPER = frozenset({ProblemMove.RETURN, ProblemMove.VERIFY, ProblemMove.CLOSE})
# What is typed of the decision of a body above, and what is said where it lacks.
DECISION_FIELDS = {
    "decision_document": Against.NO_DECISION_DOCUMENT,
    "decision_on": Against.NO_DECISION_DAY,
}
PAPER_FIELDS = ("from_paper", "signer", "scan")


class MoveForm(CausesForm, TermForm):
    """One move; what it asks for follows from the step of the table of moves."""

    expected_state = forms.CharField(widget=forms.HiddenInput)
    on = day_field(label=_("日期"))
    target = ProblemField(label=_("并入哪一个问题"), queryset=Problem.objects.none())
    leader = PersonField(
        label=_("责任领导"),
        queryset=Person.objects.none(),
        required=False,
        help_text=_("销号时须署名；不能是提交人或核查人。"),
    )
    responsible = PersonField(label=_("责任人"), queryset=Person.objects.none(), required=False)
    due_on = day_field(label=_("整改期限"), required=False)
    due_is_month = forms.BooleanField(
        label=_("期限只到月份"), required=False, help_text=_("以该月最后一日为期限。")
    )
    due_within = days_field()
    due_in_workdays = forms.BooleanField(label=_("按工作日计算"), required=False)
    measure_title = forms.CharField(
        label=_("同时设一项整改措施"),
        max_length=200,
        required=False,
        help_text=_("由牵头单位承担，期限与问题相同；也可交办后再设。"),
    )
    reason = text_field(label=_("说明"), required=False)
    decision_document = forms.CharField(label=_("提出机关认定文号"), max_length=100, required=False)
    decision_on = day_field(label=_("认定日期"), required=False)
    files = FilesField(label=_("材料"), required=False)
    from_paper = forms.BooleanField(label=_("凭签批件录入"), required=False)
    signer = PersonField(label=_("签批人"), queryset=Person.objects.none(), required=False)
    scan = FilesField(label=_("签批件扫描件"), required=False)

    def __init__(self, *args, scope: Scope, problem: Problem, step: Step, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.step = step
        self.cause_rows = 0
        people = people_of(scope, bureau_id=problem.bureau_id, today=today)
        for name in ("leader", "responsible", "signer"):
            self.fields[name].queryset = people
        read_once(*(self.fields[name] for name in ("leader", "responsible", "signer")))
        for name in self._unasked(scope, problem):
            del self.fields[name]
        self.fields["reason"].label = REASON_LABELS.get(step.move, _("说明"))
        self.fields["reason"].required = bool({Need.REASON, Need.STATEMENT} & step.needs)
        if Need.DECISION in step.needs:
            # The decision speaks for itself; what is typed besides is no verifier's statement.
            self.fields["reason"].label = _("说明")
            for name, lacking in DECISION_FIELDS.items():
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = AGAINST_MOVE_SENTENCES[lacking]
        if step.move == ProblemMove.ASSIGN and not problem.causes.exists():
            self.add_causes([])
            self.fields["cause_1"].required = True
        if step.move == ProblemMove.ASSIGN and problem.due_within and problem.due_on:
            self.fields["due_on"].help_text = _("不填即按原定期限%(day)s。") % {
                "day": day_label(problem.due_on)
            }
        if "target" in self.fields:
            own = Problem.objects.open_now().filter(bureau=problem.bureau_id)
            if problem.raised_from_above:
                own = own.filter(raised_from_above=True)
            self.fields["target"].queryset = own.exclude(pk=problem.pk).order_by("-year", "pk")
        if step.move == ProblemMove.REOPEN and "due_on" in self.fields:
            self.fields["due_on"].label = _("新的整改期限")

    @property
    def has_term(self) -> bool:
        return "due_on" in self.fields

    def _those(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    def before_term(self) -> list[forms.BoundField]:
        return self._those("target", "leader", "responsible")

    def after_term(self) -> list[forms.BoundField]:
        return self._those("measure_title", "reason", "decision_document", "decision_on", "files")

    def paper_fields(self) -> list[forms.BoundField]:
        """What is filled in for a decision made on paper."""
        return self._those(*PAPER_FIELDS)

    def paper_open(self) -> bool:
        return any(name in self.errors or self[name].value() for name in PAPER_FIELDS)

    def _unasked(self, scope: Scope, problem: Problem) -> set[str]:
        """The fields that this move has no use for."""
        move = self.step.move
        unasked = set()
        if move != ProblemMove.ASSIGN:
            unasked |= {"leader", "responsible", "measure_title"}
        if move not in (ProblemMove.ASSIGN, ProblemMove.REOPEN):
            unasked |= {"due_on", "due_is_month", "due_within", "due_in_workdays"}
        if Need.TARGET not in self.step.needs:
            unasked.add("target")
        if Need.DECISION not in self.step.needs:
            unasked |= {"decision_document", "decision_on"}
        if move not in (ProblemMove.SUBMIT, ProblemMove.CLOSE, ProblemMove.VERIFY):
            unasked.add("files")
        if move not in ON_PAPER or not scope.may(Act.RECORD_SIGNED_DECISION, problem):
            unasked |= {"from_paper", "signer", "scan"}
        return unasked

    def clean(self):
        given = super().clean()
        if "due_within" in self.fields:
            self.check_term(given)
        if given.get("from_paper"):
            if not given.get("signer"):
                self.add_error("signer", _("凭签批件录入的，请选择签批人。"))
            if not given.get("scan"):
                self.add_error("scan", _("凭签批件录入的，请上传签批件扫描件。"))
        elif given.get("signer") or given.get("scan"):
            self.add_error("from_paper", _("填写了签批人或扫描件的，请勾选“凭签批件录入”。"))
        return given

    def how(self) -> dict[str, object]:
        """What the action takes besides who, when and which problem."""
        given = self.cleaned_data
        passed = ("expected_state", "on", "reason", "target", "leader", "responsible", "due_on")
        found = {name: given[name] for name in passed if name in given}
        if self.cause_rows:
            found["causes"] = self.causes()
        if within := self.within():
            found["within"] = within
        if self.step.second_key:
            found["second_key"] = True
        if given.get("due_on"):
            found["due_is_month"] = given["due_is_month"]
        if given.get("measure_title"):
            found["measure_title"] = given["measure_title"]
        if "decision_document" in given:
            found["decision"] = Decision(given["decision_document"], given["decision_on"])
        if given.get("from_paper"):
            found["signed"] = Signed(given["signer"])
        return found

    def uploads(self) -> list[Upload]:
        given = self.cleaned_data
        return [
            *(Upload(file, kind=EvidenceKind.MATERIAL) for file in given.get("files", ())),
            *(Upload(file, kind=EvidenceKind.DECISION) for file in given.get("scan", ())),
        ]


class LookBackForm(forms.Form):
    """A later check of a closed problem."""

    on = day_field(label=_("回头看日期"))
    result = forms.ChoiceField(
        label=_("结果"),
        choices=labelled(LOOK_BACK_RESULT_LABELS),
        widget=forms.RadioSelect,
        help_text=_("不到位或者反弹的，问题重新整改。"),
    )
    checker = PersonField(
        label=_("检查人"),
        queryset=Person.objects.none(),
        required=False,
        help_text=_("不填即为录入人；提交人和核查人不能检查。"),
    )
    note = text_field(label=_("情况"), required=False)
    due_on = day_field(
        label=_("新的整改期限"), required=False, help_text=_("重新整改的填写；不填仍按原期限。")
    )

    def __init__(self, *args, scope: Scope, problem: Problem, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        people = people_of(scope, bureau_id=problem.bureau_id, today=today)
        self.fields["checker"].queryset = people

    def clean(self):
        given = super().clean()
        failed = given.get("result") not in (None, LookBackResult.HELD.value)
        if failed and not given.get("note"):
            self.add_error("note", _("不到位或者反弹的，须写明情况。"))
        return given


class ReviewForm(forms.Form):
    """A look at a standing problem, with the day of the next one."""

    on = day_field(label=_("评估日期"))
    next_on = day_field(
        label=_("下次评估日期"),
        required=False,
        help_text=_("不填即不再安排评估。已成为常态的，办理“提交核查”后销号，状态为“转常态”。"),
    )
    text = text_field(label=_("评估情况"), help_text=_("坚持得怎么样，有无反弹，下一步怎么做。"))


class PlanLookBackForm(forms.Form):
    """The day on which a closed problem is looked at again."""

    on = day_field(
        label=_("计划回头看日期"), required=False, help_text=_("不填即取消原定的回头看。")
    )


class BulkTermForm(TermForm):
    """A due day for several problems at once."""

    due_on = day_field(label=_("整改期限"), required=False)
    due_is_month = forms.BooleanField(
        label=_("期限只到月份"), required=False, help_text=_("以该月最后一日为期限。")
    )
    due_within = days_field()
    due_in_workdays = forms.BooleanField(label=_("按工作日计算"), required=False)

    def clean(self):
        given = super().clean()
        self.check_term(given)
        return given

    def term(self) -> NewTerm:
        given = self.cleaned_data
        return NewTerm(
            given["due_on"], bool(given["due_on"] and given["due_is_month"]), self.within()
        )


class BulkAssignForm(BulkTermForm):
    """What several problems are assigned with; what is left out each keeps as it has it."""

    on = day_field(label=_("交办日期"))
    leader = PersonField(
        label=_("责任领导"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=_("各按原定"),
    )
    responsible = PersonField(
        label=_("责任人"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=_("各按原定"),
    )

    field_order = ("on", "leader", "responsible")

    def __init__(self, *args, scope: Scope, bureau: int, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        people = people_of(scope, bureau_id=bureau, today=today)
        for name in ("leader", "responsible"):
            self.fields[name].queryset = people
        read_once(self.fields["leader"], self.fields["responsible"])
        self.fields["due_on"].help_text = _("不填即各按原定期限。")

    def assignment(self) -> Assignment:
        given = self.cleaned_data
        return Assignment(given["on"], given["leader"], given["responsible"], self.term())


class BulkDueForm(BulkTermForm):
    """A new due day for several problems, with the reason where it must be asked for."""

    reason = text_field(
        label=_("延期理由"),
        required=False,
        help_text=_("其中有已交办的，须写明，作为延期申请送批。"),
    )

    def __init__(self, *args, asks: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["reason"]

    def clean(self):
        given = super().clean()
        if not given.get("due_on") and not given.get("due_within") and not self.errors:
            self.add_error("due_on", _("请填写新的期限：日期、月份或天数。"))
        if "reason" in self.fields and not given.get("reason"):
            self.add_error("reason", _("请写明延期理由。"))
        return given
