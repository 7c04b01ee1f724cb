"""What is typed of a problem and of its moves."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.evidence import Upload
from reports.actions.problems import ProblemDraft, Signed
from reports.domain.access import Act
from reports.domain.problems import Decision, Need, ProblemClass, ProblemMove, ProblemState, Step
from reports.models import Person, Problem, ProblemSource, Unit
from reports.models.choices import PROBLEM_CLASS_LABELS, EvidenceKind, labelled
from reports.selectors.scope import Scope

from .base import (
    Choice,
    FilesField,
    PersonField,
    UnitField,
    UnitsField,
    day_field,
    people_of,
    text_field,
)


class ProblemField(Choice):
    def label_from_instance(self, obj):
        return _("%(year)s年 %(number)s %(title)s") % {
            "year": obj.year,
            "number": obj.number,
            "title": obj.title,
        }


class ProblemForm(forms.Form):
    """A problem as entered; every choice ends where the scope ends."""

    unit = UnitField(label=_("牵头单位"), queryset=Unit.objects.none())
    title = forms.CharField(
        label=_("问题"),
        max_length=150,
        help_text=_("一句话写明，不写当事人、信访人、嫌疑人姓名。"),
    )
    found_on = day_field(label=_("发现日期"))
    source = Choice(label=_("来源"), queryset=ProblemSource.objects.order_by("position", "pk"))
    source_document = forms.CharField(label=_("来源文件"), max_length=120, required=False)
    raised_from_above = forms.BooleanField(
        label=_("上级或外部提出"), required=False, help_text=_("销号须以提出机关的认定为准。")
    )
    raised_by = forms.CharField(label=_("提出机关"), max_length=80, required=False)
    description = text_field(label=_("具体表现"), required=False)
    cause = text_field(label=_("原因"), required=False, help_text=_("交办前必须写明。"))
    kind = forms.ChoiceField(
        label=_("整改类别"),
        choices=labelled(PROBLEM_CLASS_LABELS),
        initial=ProblemClass.DATED.value,
    )
    due_on = day_field(label=_("整改期限"), required=False)
    due_is_month = forms.BooleanField(
        label=_("期限只到月份"), required=False, help_text=_("以该月最后一日为期限。")
    )
    leader = PersonField(
        label=_("责任领导"),
        queryset=Person.objects.none(),
        required=False,
        help_text=_("销号时须署名；不能是提交人或核查人。"),
    )
    responsible = PersonField(label=_("责任人"), queryset=Person.objects.none(), required=False)
    joint_units = UnitsField(
        label=_("配合单位"),
        queryset=Unit.objects.none(),
        required=False,
        help_text=_("按住 Ctrl 键可选多个。"),
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

    fieldsets = (
        ("", ("unit", "title", "found_on", "kind", "description", "cause")),
        (_("来源"), ("source", "source_document", "raised_from_above", "raised_by")),
        (_("整改要求"), ("due_on", "due_is_month", "leader", "responsible", "joint_units")),
        (_("与其他问题的关系"), ("parent", "repeats", "counts")),
    )

    def __init__(self, *args, scope: Scope, today: date, problem: Problem | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.problem, self.today = problem, today
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
        self.fields["parent"].queryset = known.filter(year=year).order_by("pk")
        self.fields["repeats"].queryset = known.filter(year__lt=year).order_by("-year", "pk")
        people = people_of(scope, bureau_id=bureau, today=today)
        for name in ("leader", "responsible"):
            self.fields[name].queryset = people
        if problem and problem.state != ProblemState.REGISTERED:
            for name in ("due_on", "due_is_month"):
                self.fields[name].disabled = True
            self.fields["due_on"].help_text = _("已交办，改期请申请延期。")

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
        return given

    def draft(self) -> ProblemDraft:
        given = dict(self.cleaned_data)
        return ProblemDraft(
            **given
            | {
                "kind": ProblemClass(given["kind"]),
                "joint_units": tuple(given["joint_units"]),
                "due_is_month": bool(given["due_on"] and given["due_is_month"]),
            }
        )


def initial_of(problem: Problem) -> dict[str, object]:
    """The fields of the form as the problem has them."""
    names = [n for n in ProblemForm.base_fields if n != "joint_units"]
    plain = {name: getattr(problem, problem._meta.get_field(name).attname) for name in names}
    return plain | {"joint_units": list(problem.joint_units.all())}


REASON_LABELS = {
    ProblemMove.SUBMIT: _("整改情况"),
    ProblemMove.RETURN: _("退回原因"),
    ProblemMove.VERIFY: _("核查情况"),
    ProblemMove.CLOSE: _("核查情况"),
    ProblemMove.REOPEN: _("重新整改的原因"),
}
# Decisions that a leader may have made on paper.
ON_PAPER = frozenset({ProblemMove.RETURN, ProblemMove.VERIFY, ProblemMove.CLOSE})


class MoveForm(forms.Form):
    """One move; what it asks for follows from the step of the table of moves."""

    expected_state = forms.CharField(widget=forms.HiddenInput)
    on = day_field(label=_("日期"))
    cause = text_field(label=_("原因"), required=False)
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

    fieldsets = (
        (
            "",
            (
                "on",
                "leader",
                "due_on",
                "due_is_month",
                "responsible",
                "cause",
                "measure_title",
                "reason",
                "decision_document",
                "decision_on",
                "files",
            ),
        ),
        (_("领导在纸上签批的"), ("from_paper", "signer", "scan")),
    )

    def __init__(self, *args, scope: Scope, problem: Problem, step: Step, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.step = step
        people = people_of(scope, bureau_id=problem.bureau_id, today=today)
        for name in ("leader", "responsible", "signer"):
            self.fields[name].queryset = people
        for name in self._unasked(scope, problem):
            del self.fields[name]
        self.fields["reason"].label = REASON_LABELS.get(step.move, _("说明"))
        self.fields["reason"].required = Need.REASON in step.needs
        if "cause" in self.fields:
            self.fields["cause"].required = True
        if step.move == ProblemMove.REOPEN and "due_on" in self.fields:
            self.fields["due_on"].label = _("新的整改期限")

    def _unasked(self, scope: Scope, problem: Problem) -> set[str]:
        """The fields that this move has no use for."""
        move = self.step.move
        unasked = set()
        if move != ProblemMove.ASSIGN:
            unasked |= {"cause", "leader", "responsible", "measure_title"}
        elif problem.cause.strip():
            unasked.add("cause")
        if move not in (ProblemMove.ASSIGN, ProblemMove.REOPEN):
            unasked |= {"due_on", "due_is_month"}
        if Need.DECISION not in self.step.needs:
            unasked |= {"decision_document", "decision_on"}
        if move not in (ProblemMove.SUBMIT, ProblemMove.CLOSE, ProblemMove.VERIFY):
            unasked.add("files")
        if move not in ON_PAPER or not scope.may(Act.RECORD_SIGNED_DECISION, problem):
            unasked |= {"from_paper", "signer", "scan"}
        return unasked

    def clean(self):
        given = super().clean()
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
        passed = ("expected_state", "on", "reason", "cause", "leader", "responsible", "due_on")
        found = {name: given[name] for name in passed if name in given}
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
    passed = forms.ChoiceField(
        label=_("结果"),
        choices=[("1", _("未反弹")), ("0", _("有反弹，重新整改"))],
        widget=forms.RadioSelect,
    )
    note = text_field(label=_("情况"), required=False)

    def clean(self):
        given = super().clean()
        if given.get("passed") == "0" and not given.get("note"):
            self.add_error("note", _("重新整改须写明原因。"))
        return given
