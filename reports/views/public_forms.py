"""The published form of a report: beside the signed text, its checks, its papers."""

from datetime import date
from functools import cached_property

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.generic import FormView, TemplateView, View

from reports.actions.evidence import CannotKeepEvidence, Upload
from reports.actions.public_forms import (
    CannotPublish,
    begin_public_form,
    cut_passage,
    mark_seen,
    publish_form,
    record_check,
    restore_passage,
    send_back,
)
from reports.domain.access import Act
from reports.domain.official_text import Document
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.public_forms import (
    FROZEN,
    MAY_GO_BACK,
    NEXT,
    Checker,
    reasons_against_beginning,
    same_one,
)
from reports.domain.summaries import PublicState, ReportKind, ReportState
from reports.exchange.report_docx import metadata_rows
from reports.exchange.sheets import file_name
from reports.forms.public_forms import (
    OUT,
    PARAGRAPH,
    REWRITE,
    BackForm,
    CheckForm,
    CutForm,
    PaperCheckForm,
    PublishForm,
    SeenForm,
)
from reports.models import AnnualReport, Person, PublicForm
from reports.models.choices import AGAINST_PUBLIC_SENTENCES, EvidenceKind
from reports.selectors.public_forms import (
    PublicRead,
    approvers_of,
    beside,
    checker_of,
    checkers_of,
    checks_since,
    count_cuts,
    form_of,
    late_on,
    limit_of,
    moves_in,
    public_document,
    read_public,
    slip_of,
    who_made,
    with_public_form,
)
from reports.views.documents import AsDocx, AsHtml, AsPdf, AsText, DocumentFile
from reports.views.mixins import DayMixin, OfficialPaper, refused
from reports.views.scoped import ScopeMixin

STEP_WORDS = {
    PublicState.SELF_CHECKED: (
        gettext_lazy("自查"),
        gettext_lazy("经自查，公开稿不含国家秘密、警务工作秘密和不宜公开的个人信息。"),
    ),
    PublicState.SECOND_CHECKED: (
        gettext_lazy("复核"),
        gettext_lazy("经复核，同意自查意见，可以公开。"),
    ),
    PublicState.APPROVED: (gettext_lazy("批准公开"), gettext_lazy("同意公开。")),
    PublicState.PUBLISHED: (gettext_lazy("登记公开"), ""),
}
# What each state is called once it was reached, with the tone of its mark.
MOVE_WORDS = {
    PublicState.DRAFT: (gettext_lazy("退回修改"), "warn"),
    PublicState.SELF_CHECKED: (gettext_lazy("自查"), "good"),
    PublicState.SECOND_CHECKED: (gettext_lazy("复核"), "good"),
    PublicState.APPROVED: (gettext_lazy("批准公开"), "good"),
    PublicState.PUBLISHED: (gettext_lazy("登记公开"), "good"),
}
STATE_TONES = {
    PublicState.DRAFT: "info",
    PublicState.SELF_CHECKED: "warn",
    PublicState.SECOND_CHECKED: "warn",
    PublicState.APPROVED: "good",
    PublicState.PUBLISHED: "good",
}


class PublicPage(ScopeMixin, DayMixin):
    """What the pages about a published form share."""

    @cached_property
    def report(self) -> AnnualReport:
        return self.get_visible(with_public_form(), self.kwargs["pk"])

    @property
    def form_kept(self) -> PublicForm:
        """The published form; no page about it where there is none."""
        form = form_of(self.report)
        if form is None:
            raise Http404
        return form

    @cached_property
    def read(self) -> PublicRead:
        return read_public(self.form_kept, self.report)

    @property
    def state(self) -> PublicState:
        return PublicState(self.form_kept.state)

    @cached_property
    def own_person(self) -> Person | None:
        return Person.objects.filter(user=self.request.user).first()

    @property
    def back(self) -> str:
        return reverse("reports:report-public", args=[self.report.pk])

    def may(self, act: Act) -> bool:
        return self.scope.may(act, self.report)

    @property
    def may_change(self) -> bool:
        drafting = self.state == PublicState.DRAFT and self.report.is_current
        return drafting and self.may(Act.COMPILE_REPORT)

    @property
    def may_say(self) -> bool:
        """Whoever compiles, checks or approves may say why something found may stay."""
        acts = (Act.COMPILE_REPORT, Act.CHECK_SECRECY, Act.SIGN_REPORT)
        return self.state not in FROZEN and any(self.may(act) for act in acts)

    @property
    def may_go_on(self) -> bool:
        """Whether the next step is this reader's, on her own or from the sheet."""
        own = {
            PublicState.DRAFT: (Act.COMPILE_REPORT,),
            PublicState.SELF_CHECKED: (Act.CHECK_SECRECY, Act.RECORD_SIGNED_DECISION),
            PublicState.SECOND_CHECKED: (Act.SIGN_REPORT, Act.RECORD_SIGNED_DECISION),
            PublicState.APPROVED: (Act.COMPILE_REPORT,),
            PublicState.PUBLISHED: (Act.COMPILE_REPORT,),
        }
        return any(self.may(act) for act in own[self.state])

    @property
    def may_send_back(self) -> bool:
        acts = (Act.COMPILE_REPORT, Act.CHECK_SECRECY, Act.SIGN_REPORT)
        return self.state in MAY_GO_BACK and any(self.may(act) for act in acts)


class PublicShow(PublicPage, TemplateView):
    """The signed text beside what is made public of it, and how far the check has come."""

    template_name = "reports/public/page.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs) | {
            "report": self.report,
            "limit": limit_of(self.report),
            "chosen": None,
        }
        if form_of(self.report) is None:
            return context | self.before_it_begins()
        read = self.read
        unsettled = set(read.unsettled)
        next_state = NEXT.get(self.state)
        is_late = self.state != PublicState.PUBLISHED and late_on(self.report, self.today)
        kept = kwargs.get("seen_form")
        return context | {
            "public": read.form,
            "sections": beside(read.chapters),
            "cut_count": count_cuts(read.chapters),
            "found": [
                (row, seen_form_for(row, number, kept)) for number, row in enumerate(read.found)
            ],
            "unsettled_count": len(unsettled),
            "state_tone": STATE_TONES[self.state],
            "moves": [
                (*MOVE_WORDS[PublicState(step.to_state)], step, who_made(step))
                for step in moves_in(read.steps)
            ],
            "is_late": is_late,
            "is_frozen": read.is_frozen,
            "may_change": self.may_change,
            "may_say": self.may_say,
            "may_send_back": self.may_send_back,
            "next_label": STEP_WORDS[next_state][0] if next_state and self.may_go_on else "",
            "next_url": self.next_url,
            "may_correct": self.state == PublicState.PUBLISHED and self.may_go_on,
        }

    @property
    def next_url(self) -> str:
        name = "check" if self.state not in FROZEN else "publish"
        return reverse(f"reports:report-public-{name}", args=[self.report.pk])

    def before_it_begins(self):
        report = self.report
        against = reasons_against_beginning(
            ReportState(report.state),
            ReportKind(report.kind),
            is_current=report.is_current,
            there=False,
        )
        return {
            "public": None,
            "against": [str(AGAINST_PUBLIC_SENTENCES[reason]) for reason in against],
            "may_begin": not against and self.may(Act.COMPILE_REPORT),
        }


def seen_form_for(row, number: int, kept: SeenForm | None) -> SeenForm | None:
    """The field for a word on a finding; the one that was refused, with what was typed."""
    if row.seen is not None:
        return None
    if kept is not None and kept.data.get("quoted") == row.quoted:
        return kept
    return SeenForm(initial={"quoted": row.quoted}, auto_id=f"id_seen{number}_%s")


class PublicBegin(PublicPage, View):
    http_method_names = ["post"]
    needs = Act.COMPILE_REPORT

    def post(self, request, *args, **kwargs):
        self.require(Act.COMPILE_REPORT, self.report)
        if form_of(self.report) is not None:
            messages.info(request, _("公开稿已经建立。"))
            return redirect(self.back)
        try:
            begin_public_form(report_id=self.report.pk, by=request.user, at=timezone.now())
        except CannotPublish as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
        else:
            messages.success(request, _("已按签发稿建立公开稿。点击签发稿中的句子，可删去或改写。"))
        return redirect(self.back)


class PublicCut(PublicShow, FormView):
    """One sentence: taken out, written otherwise, or put back."""

    form_class = CutForm
    needs = Act.COMPILE_REPORT

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            self.require(Act.COMPILE_REPORT, self.report)
            if self.place is None:
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def place(self):
        """The sentence and its paragraph, if the report has it."""
        for chapter in self.read.chapters:
            for block in chapter.blocks:
                for said in block.sentences:
                    if said.key == self.kwargs["sentence"]:
                        return said, block
        return None

    def get_initial(self):
        said, _block = self.place
        return {
            "how": REWRITE if said.instead else OUT,
            "instead": said.instead or said.text,
            "because": said.because,
        }

    def get_context_data(self, **kwargs):
        said, block = self.place
        return super().get_context_data(**kwargs) | {
            "chosen": said,
            "chosen_block": block.key,
            "chosen_paragraph": len(block.sentences),
        }

    @property
    def here(self) -> str:
        return f"{self.back}#s{self.kwargs['sentence']}"

    def post(self, request, *args, **kwargs):
        if "restore" not in request.POST:
            return super().post(request, *args, **kwargs)
        said, block = self.place
        whole = request.POST["restore"] == PARAGRAPH
        keys = [each.key for each in block.sentences] if whole else [said.key]
        try:
            restore_passage(
                form_id=self.form_kept.pk, sentence_ids=keys, by=request.user, at=timezone.now()
            )
        except CannotPublish as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
        else:
            messages.success(request, _("已恢复为签发时的文字。"))
        return redirect(self.here)

    def form_valid(self, form):
        said, block = self.place
        data = form.cleaned_data
        whole = data["how"] == PARAGRAPH
        try:
            cut_passage(
                form_id=self.form_kept.pk,
                sentence_ids=[each.key for each in block.sentences] if whole else [said.key],
                instead=data["instead"],
                because=data["because"],
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotPublish as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("公开稿已更新，签发稿不变。"))
        return redirect(self.here)


class PublicSeen(PublicShow):
    """A word on something found: why it may be published."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        if not self.may_say:
            raise PermissionDenied(_("您可以查看公开稿，但不能处理保密检查的发现。"))
        form = SeenForm(request.POST, auto_id="id_seen_%s")
        if form.is_valid():
            try:
                mark_seen(
                    form_id=self.form_kept.pk,
                    person=self.own_person,
                    by=request.user,
                    at=timezone.now(),
                    today=self.today,
                    **form.cleaned_data,
                )
            except CannotPublish as refusal:
                for reason in refusal.reasons:
                    form.add_error(None, reason)
            else:
                return redirect(f"{self.back}#found")
        return self.render_to_response(self.get_context_data(seen_form=form))


class PublicAct(PublicPage, FormView):
    """A page on which a step is taken; it opens only for who may take it now."""

    template_name = "reports/public/step.html"
    needs = None
    title: object = ""
    submit: object = ""
    lede: object = ""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.reads_anything:
            if not self.is_allowed:
                raise PermissionDenied(_("您可以查看公开稿，但当前环节不由您的角色办理。"))
            if not self.is_due:
                messages.info(request, _("公开稿当前状态为“%(state)s”。") % {"state": self.label})
                return redirect(self.back)
        return super().dispatch(request, *args, **kwargs)

    @property
    def label(self) -> str:
        return self.form_kept.get_state_display()

    @property
    def is_allowed(self) -> bool:
        return self.may_go_on

    @property
    def is_due(self) -> bool:
        raise NotImplementedError

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "report": self.report,
            "public": self.form_kept,
            "title": self.title,
            "submit": self.submit,
            "lede": self.lede,
            "back": self.back,
        }


class PublicCheck(PublicAct):
    """Self-check, second check or approval, whichever is next."""

    @property
    def is_due(self) -> bool:
        return self.state not in FROZEN

    @property
    def to_state(self) -> PublicState:
        return NEXT[self.state]

    @property
    def title(self):
        return STEP_WORDS[self.to_state][0]

    submit = title

    @property
    def lede(self):
        if self.to_state == PublicState.APPROVED:
            return _("批准后，公开稿的文字固定，不能再改。自查、复核、批准须由三个不同的人办理。")
        return _("自查、复核、批准须由三个不同的人办理。")

    @cached_property
    def own(self) -> bool:
        """Whether the reader makes the step herself, or enters what stands on the sheet."""
        act = {
            PublicState.SELF_CHECKED: Act.COMPILE_REPORT,
            PublicState.SECOND_CHECKED: Act.CHECK_SECRECY,
            PublicState.APPROVED: Act.SIGN_REPORT,
        }[self.to_state]
        if self.to_state == PublicState.SELF_CHECKED:
            return True
        asked_for_paper = self.request.GET.get("paper") == "1"
        may_record = self.may(Act.RECORD_SIGNED_DECISION)
        if not self.may(act) or (asked_for_paper and may_record):
            return False
        return not (may_record and self.made_before)

    @property
    def made_before(self) -> bool:
        """Whether the reader made one of the checks already, so that this one is another's."""
        user = self.request.user
        person = self.own_person.pk if self.own_person is not None else None
        me = Checker(person, user.pk)
        return any(same_one(me, checker_of(step)) for step in checks_since(self.read.steps))

    def get_form_class(self):
        return CheckForm if self.own else PaperCheckForm

    def asked_day(self) -> date:
        """Who held a post depends on the day that is typed."""
        try:
            return date.fromisoformat(self.request.POST.get("on", ""))
        except ValueError:
            return self.today

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        if not self.own:
            day = self.asked_day()
            people = (
                approvers_of(self.report.bureau_id, day).select_related("unit")
                if self.to_state == PublicState.APPROVED
                else checkers_of(self.report.bureau_id, day)
            )
            kwargs["people"] = people
        return kwargs

    def get_initial(self):
        with override(DOCUMENT_LANGUAGE):
            return {"on": self.today, "opinion": str(STEP_WORDS[self.to_state][1])}

    def get_context_data(self, **kwargs):
        may_record = self.may(Act.RECORD_SIGNED_DECISION)
        from_paper = not self.own
        return super().get_context_data(**kwargs) | {
            "from_paper": from_paper,
            "own_person": self.own_person if self.own else None,
            "offers_paper": self.own and may_record and self.to_state != PublicState.SELF_CHECKED,
            "found": [row for row in self.read.found if row.seen is None],
        }

    def form_valid(self, form):
        data = form.cleaned_data
        with override(DOCUMENT_LANGUAGE):
            title = _("保密审查表（%(step)s）") % {"step": self.title}
        files = data.get("scans") or []
        scans = [Upload(file, EvidenceKind.DECISION, title) for file in files]
        try:
            record_check(
                form_id=self.form_kept.pk,
                to_state=self.to_state,
                on=data["on"],
                opinion=data["opinion"],
                person=self.own_person if self.own else data["person"],
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
                from_paper=not self.own,
                scans=scans,
            )
        except (CannotPublish, CannotKeepEvidence) as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已记录：%(step)s。") % {"step": self.title})
        return redirect(self.back)


class PublicBack(PublicAct):
    """Back to the beginning of the check, with the reason."""

    form_class = BackForm
    title = gettext_lazy("退回修改")
    submit = gettext_lazy("退回")
    lede = gettext_lazy("退回后可以再删改，自查、复核须重新办理。")

    @property
    def is_allowed(self) -> bool:
        acts = (Act.COMPILE_REPORT, Act.CHECK_SECRECY, Act.SIGN_REPORT)
        return any(self.may(act) for act in acts)

    @property
    def is_due(self) -> bool:
        return self.state in MAY_GO_BACK

    def form_valid(self, form):
        try:
            send_back(
                form_id=self.form_kept.pk,
                because=form.cleaned_data["because"],
                person=self.own_person,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotPublish as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已退回，可以修改公开稿。"))
        return redirect(self.back)


class PublicPublish(PublicAct):
    """Where and when the approved text was published; once more corrects what was recorded."""

    form_class = PublishForm
    title = gettext_lazy("登记公开")
    submit = gettext_lazy("保存")

    @property
    def is_allowed(self) -> bool:
        return self.may(Act.COMPILE_REPORT)

    @property
    def is_due(self) -> bool:
        return self.state in FROZEN

    def get_initial(self):
        kept = self.form_kept
        return {
            "on": kept.published_on or self.today,
            "address": kept.address,
            "index_number": kept.index_number,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "limit": limit_of(self.report),
            "is_late": late_on(self.report, self.form_kept.published_on or self.today),
        }

    def form_valid(self, form):
        data = form.cleaned_data
        try:
            publish_form(
                form_id=self.form_kept.pk,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
                **data,
            )
        except CannotPublish as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已登记公开。"))
        if late_on(self.report, data["on"]):
            messages.warning(self.request, _("公开日期晚于规定期限。"))
        return redirect(self.back)


# --- papers -------------------------------------------------------------------------------------


class PublicPrint(OfficialPaper, PublicPage, TemplateView):
    """The published form on A4, clean."""

    template_name = "reports/public/print.html"

    def get_context_data(self, **kwargs):
        read = self.read
        document = public_document(self.report, read.form, read.text)
        with override(DOCUMENT_LANGUAGE):
            metadata = metadata_rows(document.metadata)
        return super().get_context_data(**kwargs) | {
            "report": self.report,
            "document": document,
            "metadata": metadata,
        }


class PublicSlip(OfficialPaper, PublicPage, TemplateView):
    """The form of the secrecy check on A4: filled in so far, with room to sign for the rest."""

    template_name = "reports/public/slip.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "report": self.report,
            "slip": slip_of(self.report, self.read),
        }


class PublicFile(PublicPage, DocumentFile):
    """The same text as a file: to go on editing, and to paste into the bureau's web page."""

    @cached_property
    def document(self) -> Document:
        return public_document(self.report, self.read.form, self.read.text)

    @property
    def file_name(self) -> str:
        with override(DOCUMENT_LANGUAGE):
            title = _("%(report)s（公开稿）") % {"report": self.report.title}
        return file_name(title, self.form_kept.published_on or self.today, self.kind)


class PublicDocx(AsDocx, PublicFile):
    pass


class PublicPdf(AsPdf, PublicFile):
    pass


class PublicText(AsText, PublicFile):
    pass


class PublicHtml(AsHtml, PublicFile):
    pass
