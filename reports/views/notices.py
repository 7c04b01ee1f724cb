"""Notices (督办单): the list, a draft, one of them with its steps, and its prints."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext_lazy
from django.views.generic import FormView, TemplateView, View

from reports.actions.evidence import Upload, add_evidence, atomic_with_files
from reports.actions.notices import (
    add_reply_files,
    answer_notice,
    approve_notice,
    cancel_notice,
    draft_notice,
    edit_notice,
    end_notice,
    keep_replies,
    keep_signed_replies,
    receive_notice,
    record_notice_from_above,
    send_back_notice,
    what_happened,
)
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.notices import (
    AgainstNotice,
    NoticeMove,
    NoticeState,
    notice_step,
    reasons_against_notice_step,
)
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange.notices import notice_docx
from reports.exchange.official_docx import MEDIA_TYPE
from reports.exchange.sheets import disposition, file_name
from reports.filters.notices import NoticeFilter
from reports.forms.meetings import CancelForm
from reports.forms.notices import (
    ApproveForm,
    FromAboveForm,
    NoticeForm,
    OnDayForm,
    OpinionForm,
    ReplyForm,
    SignedSheetForm,
)
from reports.models import Notice, Problem, Unit
from reports.models.choices import AGAINST_NOTICE_SENTENCES, NOTICE_MOVE_LABELS, EvidenceKind
from reports.selectors.history import Change, changes_of
from reports.selectors.notices import (
    NoticeRecord,
    Offers,
    holders_since,
    items_of,
    may_issue,
    may_record_approval,
    may_step,
    notice_paper,
    notice_record,
    notices_for,
    offers_for,
    offices_for,
    possible_steps,
    signing_units,
    units_to_urge,
    with_state,
)
from reports.tables.notices import NoticeTable
from reports.views.mixins import DayMixin, OfficialPaper, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin, ticked

# A supervisor may have thousands of units; they are found by name.
MOST_UNITS = 60
RELATED = (
    "office__unit__bureau",
    "unit",
    "bureau",
    "approver",
    "received_by",
    "recorded_by",
    "cancelled_by",
)
BUTTONS = {
    NoticeMove.APPROVE: "notice-approve",
    NoticeMove.RECEIVE: "notice-receive",
    NoticeMove.ANSWER: "notice-reply",
    NoticeMove.SEND_BACK: "notice-send-back",
    NoticeMove.END: "notice-end",
}
# What the form still asks for says nothing against opening it.
STILL_TO_BE_TYPED = frozenset({AgainstNotice.NO_NOTE, AgainstNotice.NOT_ANSWERED})


class NoticeList(SelectionMixin, ScopeMixin, TablePage):
    table_class = NoticeTable
    filterset_class = NoticeFilter
    template_name = "reports/notices/list.html"
    title = pgettext_lazy("several", "督办单")
    empty_hint = gettext_lazy("还没有督办单。对逾期、退回的事项，由法制部门拟制督办单。")
    selections: ClassVar = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
    }

    @cached_property
    def shown_year(self) -> int | None:
        return None if ticked(self.request, "all_years") else self.year

    def get_queryset(self):
        return notices_for(
            self.scope,
            on=self.on,
            today=self.today,
            year=self.shown_year,
            state=self.request.GET.get("state", ""),
            late=self.request.GET.get("late", ""),
            cancelled=ticked(self.request, "cancelled"),
            **self.keys,
        )

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "shown_year": self.shown_year,
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_draft": self.scope.allows(Act.ISSUE_NOTICE),
            "may_record": self.scope.allows(Act.RECORD_SIGNED_DECISION),
        }


# --- drafting -----------------------------------------------------------------------------------


def key_of(request, part: str) -> int | None:
    """A key named in what was sent or in the address; anything else does not exist."""
    typed = request.POST.get(part) or request.GET.get(part, "")
    if not typed:
        return None
    if not typed.isascii() or not typed.isdigit() or len(typed) > 15:
        raise Http404
    return int(typed)


class ItemsPage(ScopeMixin, DayMixin, FormView):
    """A notice to a unit, about what is overdue there: the unit first, then the items."""

    template_name = "reports/notices/form.html"
    act = Act.ISSUE_NOTICE

    @cached_property
    def units(self):
        return units_to_urge(self.scope, self.act, today=self.today)

    @cached_property
    def problem(self) -> Problem | None:
        key = key_of(self.request, "problem")
        if key is None:
            return None
        rows = Problem.objects.select_related("unit__bureau", "bureau")
        return self.get_visible(rows, key)

    @cached_property
    def unit(self) -> Unit | None:
        """The unit named in the address, or that of the problem; outside one's reach a 404."""
        key = key_of(self.request, "unit")
        if key is None and self.problem is None:
            return None
        if self.problem is not None and key in (None, self.problem.unit_id):
            found = self.problem.unit
            if not self.scope.may(self.act, found) or (found.closed_on or self.today) < self.today:
                raise Http404
            return found
        found = self.units.filter(pk=key).first()
        foreign = self.problem is not None and found and found.bureau_id != self.problem.bureau_id
        if found is None or foreign:
            raise Http404
        return found

    @property
    def searched(self) -> str:
        return self.request.GET.get("q", "").strip()

    def found_units(self) -> list[Unit]:
        rows = self.units
        if self.searched:
            named = {"name": self.searched, "short_name": self.searched, "initials": self.searched}
            rows = [rows.filter(**{f"{k}__icontains": v}) for k, v in named.items()]
            rows = rows[0] | rows[1] | rows[2]
        return list(rows[: MOST_UNITS + 1])

    @cached_property
    def offers(self) -> Offers:
        return offers_for(self.scope, self.unit, today=self.today, problem=self.problem)

    def get_form(self, *args: Any, **kwargs: Any):
        return super().get_form(*args, **kwargs) if self.unit is not None else None

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "offers": self.offers,
            "ticked": [f"problem-{self.problem.pk}"] if self.problem else [],
            "free": [],
        }

    def post(self, request, *args, **kwargs):
        if self.unit is None:
            raise Http404
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs) | {
            "title": self.title,
            "unit": self.unit,
            "problem": self.problem,
            "back": self.back,
        }
        if self.unit is None:
            found = self.found_units()
            context |= {
                "found": found[:MOST_UNITS],
                "too_many": len(found) > MOST_UNITS,
                "searched": self.searched,
            }
        return context

    @property
    def back(self) -> str:
        return reverse("reports:notice-list")


class NoticeNew(ItemsPage):
    needs = Act.ISSUE_NOTICE
    form_class = NoticeForm
    title = gettext_lazy("拟制督办单")

    @cached_property
    def offices(self):
        return list(offices_for(self.scope))

    def get_initial(self):
        with override(DOCUMENT_LANGUAGE):
            title = _("逾期、退回事项的办理")
            if self.problem is not None:
                title = _("“%(title)s”问题的整改") % {"title": self.problem.title[:120]}
            text = _("你单位下列事项逾期未办结或者被退回，请逐项办理，并在回复期限前书面回复。")
        return {
            "title": title,
            "text": text,
            "drafted_on": self.today,
            "office": self.offices[0].pk if self.offices else None,
        }

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"offices": self.offices}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "lacks_office": self.unit is not None and not self.offices
        }

    def form_valid(self, form):
        try:
            notice = draft_notice(
                form.draft(self.unit), by=self.request.user, at=timezone.now(), today=self.today
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已拟稿，签发后编号。"))
        return redirect(notice)


class NoticeRecordNew(ItemsPage):
    """A notice from above is recorded, not made."""

    needs = act = Act.RECORD_SIGNED_DECISION
    form_class = FromAboveForm
    title = gettext_lazy("登记上级督办单")

    def form_valid(self, form):
        user, at = self.request.user, timezone.now()
        try:
            with atomic_with_files():
                notice = record_notice_from_above(
                    form.draft(self.unit), by=user, at=at, today=self.today
                )
                if scan := form.cleaned_data["scan"]:
                    sheet = Upload(scan, EvidenceKind.DECISION)
                    add_evidence(target=notice, uploads=[sheet], by=user, at=at)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已登记，待承办单位签收。"))
        return redirect(notice)


# --- one notice ---------------------------------------------------------------------------------


class NoticePage(ScopeMixin, DayMixin):
    """What the pages about one notice share."""

    @cached_property
    def notice(self) -> Notice:
        rows = with_state(Notice.objects.select_related(*RELATED), self.on, self.today)
        return self.get_visible(rows, self.kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"notice": self.notice}


@dataclass(frozen=True, slots=True)
class Button:
    """A step that may be made now, or why it may not."""

    label: str
    href: str
    main: bool
    reasons: list[str]


class NoticeDetail(NoticePage, TemplateView):
    template_name = "reports/notices/detail.html"

    def get_context_data(self, **kwargs):
        notice = self.notice
        record = notice_record(notice, self.scope, on=self.on, files=True)
        live = not notice.is_cancelled and not self.days.is_past
        draft = notice.state == NoticeState.DRAFT
        issues = live and may_issue(self.scope, notice)
        return super().get_context_data(**kwargs) | {
            "record": record,
            "buttons": self.buttons(record) if live else [],
            "may_edit": issues and draft and notice.office is not None,
            "may_cancel": issues,
            "may_record_approval": live and draft and may_record_approval(self.scope, notice),
            "changes": self.changes(),
        }

    def changes(self) -> list[Change]:
        """Changes of what was entered; what the steps write stands in the timeline."""
        fields = Notice._meta.concrete_fields
        entered = {"", *(str(field.verbose_name) for field in fields if field.editable)}
        return [change for change in changes_of(self.notice) if change.field in entered]

    def buttons(self, record: NoticeRecord) -> list[Button]:
        found = []
        facts = record.facts(self.notice)
        for step in possible_steps(self.scope, self.notice):
            against = reasons_against_notice_step(
                step.move, facts, on=self.today, today=self.today, approver=self.request.user.pk
            )
            reasons = [
                str(AGAINST_NOTICE_SENTENCES[each])
                for each in against
                if each not in STILL_TO_BE_TYPED
            ]
            found.append(
                Button(
                    str(NOTICE_MOVE_LABELS[step.move]),
                    reverse(f"reports:{BUTTONS[step.move]}", args=[self.notice.pk]),
                    step.move != NoticeMove.SEND_BACK,
                    reasons,
                )
            )
        return found


class NoticeEdit(NoticePage, ItemsPage):
    """Changing a draft: its unit stays, everything else may change."""

    form_class = NoticeForm
    title = gettext_lazy("修改督办单")

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            if not may_issue(self.scope, self.notice):
                raise PermissionDenied(_("您可以查看这条记录，但您的角色不能对它进行此项操作。"))
            if self.notice.state != NoticeState.DRAFT or self.notice.is_cancelled:
                messages.error(request, told(self.notice))
                return redirect(self.notice)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def unit(self):
        unit = self.notice.unit
        # Read already; a unit of a notice lies in its bureau.
        unit.bureau = self.notice.bureau if unit.bureau_id == self.notice.bureau_id else unit.bureau
        return unit

    @property
    def back(self) -> str:
        return self.notice.get_absolute_url()

    @cached_property
    def items(self):
        return items_of(self.notice)

    @cached_property
    def offers(self) -> Offers:
        return offers_for(
            self.scope, self.unit, today=self.today, items=self.items, but=self.notice.pk
        )

    def get_initial(self):
        notice = self.notice
        return {"title": notice.title, "text": notice.text, "answer_by": notice.answer_by}

    def get_form_kwargs(self):
        kinds = ("problem", "measure", "due")
        keys = [
            f"{kind}-{getattr(item, f'{kind}_id')}"
            for item in self.items
            for kind in kinds
            if getattr(item, f"{kind}_id")
        ]
        free = [
            item.demand
            for item in self.items
            if not any(getattr(item, f"{kind}_id") for kind in kinds)
        ]
        return super().get_form_kwargs() | {
            "ticked": keys,
            "free": free,
            "notice": self.notice,
        }

    def form_valid(self, form):
        try:
            notice = edit_notice(
                notice_id=self.notice.pk,
                draft=form.draft(self.unit),
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect(notice)


def told(notice: Notice) -> str:
    """Why nothing can be done with it here any more."""
    if notice.is_cancelled:
        return _("该督办单已作废，不能再办理。")
    return what_happened(notice)


# --- the steps ----------------------------------------------------------------------------------


class StepPage(NoticePage, FormView):
    """One step: what is asked is typed, a refusal comes back beside it."""

    template_name = "reports/notices/step.html"
    move: ClassVar[NoticeMove]
    danger = False

    def allowed(self) -> bool:
        step = notice_step(self.move, self.step_from)
        return step is not None and may_step(self.scope, self.notice, step)

    @property
    def step_from(self) -> NoticeState:
        """Where the step begins, wherever the notice is by now."""
        before = {
            NoticeMove.APPROVE: NoticeState.DRAFT,
            NoticeMove.RECEIVE: NoticeState.APPROVED,
            NoticeMove.ANSWER: NoticeState.RECEIVED,
            NoticeMove.SEND_BACK: NoticeState.ANSWERED,
            NoticeMove.END: NoticeState.ANSWERED,
        }
        return before[self.move]

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            if not self.allowed():
                raise PermissionDenied(_("您可以查看这条记录，但您的角色不能对它进行此项操作。"))
            if self.notice.state != self.step_from or self.notice.is_cancelled:
                messages.error(request, told(self.notice))
                return redirect(self.notice)
        return super().dispatch(request, *args, **kwargs)

    @property
    def title(self) -> str:
        return str(NOTICE_MOVE_LABELS[self.move])

    @property
    def hint(self) -> str:
        return ""

    @property
    def common(self) -> dict[str, Any]:
        return {
            "notice_id": self.notice.pk,
            "by": self.request.user,
            "at": timezone.now(),
            "today": self.today,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "hint": self.hint,
            "record": self.record,
        }

    @cached_property
    def record(self) -> NoticeRecord:
        return notice_record(self.notice, self.scope)

    def act_on(self, form) -> Notice:
        raise NotImplementedError

    def done(self, notice: Notice) -> str:
        return _("已办理：%(move)s。") % {"move": self.title}

    def form_valid(self, form):
        try:
            with atomic_with_files():
                notice = self.act_on(form)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, self.done(notice))
        return redirect(notice)


class NoticeApprove(StepPage):
    form_class = ApproveForm
    move = NoticeMove.APPROVE

    @property
    def hint(self) -> str:
        return _("签发后按制发机关和年度编号，送承办单位签收。")

    def act_on(self, form):
        return approve_notice(**self.common, on=self.today)

    def done(self, notice):
        return _("已签发，文号%(number)s。") % {"number": notice.number}


class NoticeSigned(NoticeApprove):
    """What a leader signed on paper is recorded by who acts for the issuer."""

    form_class = SignedSheetForm

    def allowed(self) -> bool:
        return may_record_approval(self.scope, self.notice)

    @property
    def title(self) -> str:
        return _("凭签批件录入签发")

    def get_initial(self):
        return {"on": self.today}

    def get_form_kwargs(self):
        units = signing_units(self.notice.office)
        return super().get_form_kwargs() | {"signers": holders_since(units, self.notice.drafted_on)}

    def act_on(self, form):
        given, common = form.cleaned_data, self.common
        notice = approve_notice(**common, on=given["on"], signer=given["signer"], from_paper=True)
        sheet = Upload(given["scan"], EvidenceKind.DECISION)
        add_evidence(target=notice, uploads=[sheet], by=common["by"], at=common["at"])
        return notice


class NoticeReceive(StepPage):
    form_class = OnDayForm
    move = NoticeMove.RECEIVE

    def get_initial(self):
        return {"on": self.today}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"label": _("签收日期")}

    def act_on(self, form):
        return receive_notice(**self.common, on=form.cleaned_data["on"])


class NoticeReply(StepPage):
    """All items on one page; kept one after the other, answered when all have their reply."""

    form_class = ReplyForm
    template_name = "reports/notices/reply.html"
    move = NoticeMove.ANSWER

    @cached_property
    def heads(self):
        since = self.notice.received_on or self.notice.drafted_on
        return holders_since([self.notice.unit_id], since)

    def get_initial(self):
        return {"on": self.today}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"records": self.record.items, "heads": self.heads}

    def act_on(self, form):
        given, common = form.cleaned_data, self.common
        by, at = common["by"], common["at"]
        replies = keep_replies(
            **common,
            replies=form.replies(),
            on=given["on"],
            approved_by=given["approved_by"],
            from_paper=given["from_paper"],
        )
        for item_id, reply in replies.items():
            add_reply_files(reply, form.uploads(item_id), by=by, at=at)
        if sheet := form.sheet():
            keep_signed_replies(list(replies.values()), sheet, by=by, at=at)
        if "answer" in self.request.POST:
            return answer_notice(**common, on=given["on"])
        return self.notice

    def done(self, notice):
        if "answer" in self.request.POST:
            return _("已回复，送制发机关审核。")
        return _("已保存。全部事项填写后，请点“保存并回复”。")


class OpinionPage(StepPage):
    form_class = OpinionForm

    def get_initial(self):
        return {"on": self.today}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"label": self.day_label, "note_label": self.note_label}


class NoticeSendBack(OpinionPage):
    move = NoticeMove.SEND_BACK
    note_label = gettext_lazy("退回原因")
    day_label = gettext_lazy("退回日期")

    @property
    def hint(self) -> str:
        return _("退回后，各项须重新回复。")

    def act_on(self, form):
        return send_back_notice(**self.common, **form.cleaned_data)


class NoticeEnd(OpinionPage):
    move = NoticeMove.END
    note_label = gettext_lazy("办结意见")
    day_label = gettext_lazy("办结日期")

    def act_on(self, form):
        return end_notice(**self.common, **form.cleaned_data)


class NoticeCancel(NoticePage, FormView):
    form_class = CancelForm
    template_name = "reports/cancel.html"

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and not may_issue(self.scope, self.notice):
            raise PermissionDenied(_("您可以查看这条记录，但您的角色不能对它进行此项操作。"))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "record": self.notice,
            "title": _("作废督办单"),
        }

    def form_valid(self, form):
        try:
            cancel_notice(
                notice_id=self.notice.pk,
                because=form.cleaned_data["because"],
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("督办单已作废。"))
        return redirect(self.notice)


# --- on paper -----------------------------------------------------------------------------------


class NoticePrint(OfficialPaper, NoticePage, TemplateView):
    """The notice on A4 in the official form, and its return slip on a page of its own."""

    template_name = "reports/notices/print.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "paper": notice_paper(self.notice, today=self.today)
        }


class NoticeDocx(NoticePage, View):
    """The same words for Word and WPS."""

    http_method_names = ("get", "head")

    def get(self, request, *args, **kwargs):
        paper = notice_paper(self.notice, today=self.today)
        response = HttpResponse(notice_docx(paper, at=timezone.now()), content_type=MEDIA_TYPE)
        with override(DOCUMENT_LANGUAGE):
            title = _("督办单%(number)s") % {"number": self.notice.number}
        day = self.notice.approved_on or self.notice.drafted_on
        response["Content-Disposition"] = disposition(file_name(title, day, "docx"))
        response["Cache-Control"] = "private, no-store"
        return response
