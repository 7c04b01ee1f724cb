"""Wording a report section by section, its versions, remarks, and records for its sentences."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.generic import FormView, TemplateView, View

from reports.actions.report_editing import (
    CannotComment,
    CannotEdit,
    CannotLink,
    SectionChanged,
    TextEdit,
    add_comment,
    document_figures,
    edit_report,
    editor_text,
    keep_text,
    link_records,
    settle_comment,
    settle_kept,
    unlink_record,
)
from reports.domain.access import Act
from reports.domain.comparisons import compared
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.forms.base import key_in
from reports.forms.report_editing import (
    CommentForm,
    LinkForm,
    LinkSearchForm,
    SectionTextForm,
    SettleForm,
    by_paragraph,
)
from reports.models import Comment, KeptText, Paragraph, Section, Sentence
from reports.models.choices import day_label, listed
from reports.selectors.report_figures import Figure
from reports.selectors.report_paragraphs import SectionRead, sections_of
from reports.selectors.report_reading import (
    LINK_KINDS,
    candidates,
    comments_of,
    compare_versions,
    kept_texts,
    linkable,
    proofs_of,
    versions_of,
)
from reports.selectors.year_records import duty_rows, is_of_duties, report_day
from reports.views.mixins import refused
from reports.views.one_report import OneReport, OpenReport

SHIFTS = {"up": -1, "down": 1}
# Whoever compiles, checks or signs may remark on a paragraph.
REMARKING = (Act.COMPILE_REPORT, Act.CHECK_SECRECY, Act.SIGN_REPORT)


class SectionEdit(OpenReport, OneReport, TemplateView):
    """One text field a paragraph; figures stand in the text and are not typed."""

    template_name = "reports/summaries/section_edit.html"

    @cached_property
    def figures(self) -> dict[str, Figure]:
        return document_figures(self.report, self.today)

    @cached_property
    def sections(self) -> list[SectionRead]:
        return sections_of(self.report, self.figures)

    @cached_property
    def section(self) -> SectionRead:
        key = self.kwargs["section"]
        found = next((each for each in self.sections if each.pk == key), None)
        if found is None:
            raise Http404
        return found

    @cached_property
    def revision(self) -> int:
        return Section.objects.values_list("revision", flat=True).get(pk=self.section.pk)

    @cached_property
    def texts(self) -> dict[int, str]:
        """The paragraphs as their fields show them."""
        with override(DOCUMENT_LANGUAGE):
            return {
                paragraph.pk: editor_text(
                    "".join(sentence.text for sentence in paragraph.sentences), self.figures
                )
                for paragraph in self.section.paragraphs
            }

    def form(self, data=None):
        return SectionTextForm(
            data, section=self.section, texts=self.texts, initial={"base": self.revision}
        )

    def get_context_data(self, **kwargs):
        kwargs.setdefault("form", self.form())
        figures = list(self.figures.values())
        groups: dict[str, list[Figure]] = {}
        for figure in figures:
            if not is_of_duties(figure.key):
                groups.setdefault(figure.group, []).append(figure)
        place = next(n for n, each in enumerate(self.sections) if each.pk == self.section.pk)
        return super().get_context_data(**kwargs) | {
            "section": self.section,
            "before": self.sections[place - 1] if place else None,
            "after": self.sections[place + 1] if place + 1 < len(self.sections) else None,
            "figures_on": report_day(self.report, self.today),
            "duty_rows": duty_rows(figures),
            "groups": list(groups.items()),
            "remarks": comments_of(self.report),
            "kept": [
                each for each in kept_texts(self.report) if each.section_id == self.section.pk
            ],
        }

    @property
    def here(self) -> str:
        return reverse("reports:report-section-edit", args=[self.report.pk, self.section.pk])

    def post(self, request, *args, **kwargs):
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        edit, shift = self.edit_of(form)
        try:
            edited = edit_report(
                report_id=self.report.pk,
                edit=edit,
                by=request.user,
                at=timezone.now(),
                today=self.today,
            )
        except SectionChanged as refusal:
            return self.both(form, refusal)
        except CannotEdit as refusal:
            return self.refuse(form, refusal)
        self.tell(edited)
        return redirect(f"{self.here}#p{shift}" if shift else self.after_saving)

    @property
    def after_saving(self) -> str:
        return f"{self.report.get_absolute_url()}#part-{self.section.pk}"

    def edit_of(self, form: SectionTextForm) -> tuple[TextEdit, int | None]:
        """What was typed, as the action wants it, and which paragraph was moved."""
        data, key = form.cleaned_data, self.section.pk
        way, _colon, typed = self.request.POST.get("shift", "").partition(":")
        moved = key_in(typed) if way in SHIFTS else None
        place = data["place"]
        edit = TextEdit(
            texts=form.by_key("text_"),
            headings=form.by_key("heading_"),
            added={key: (data["new_heading"], data["added"])},
            shown=form.shown(),
            bases={key: data["base"]},
            removed={pk for pk, ticked in form.by_key("remove_").items() if ticked},
            shift=(moved, SHIFTS[way]) if moved else None,
            places={key: int(place)} if place else {},
        )
        return edit, moved

    def refuse(self, form, refusal, **context):
        told = {reason for reasons in refusal.by_field.values() for reason in reasons}
        mine = {f"added_{self.section.pk}": "added"}
        for name, reasons in refusal.by_field.items():
            field = mine.get(name, name)
            for reason in reasons:
                form.add_error(field if field in form.fields else None, reason)
        for reason in refusal.reasons:
            if reason not in told:
                form.add_error(None, reason)
        return self.render_to_response(self.get_context_data(form=form, **context))

    def both(self, form, refusal):
        """The text of whoever was faster beside what was typed, which is kept as well."""
        keep_text(
            section_id=self.section.pk,
            text=form.typed(),
            by=self.request.user,
            at=timezone.now(),
        )
        data = form.data.copy()
        data["base"] = str(self.revision)
        known = set(self.texts)
        gone = [
            words
            for pk, words in by_paragraph(form.data, "text_").items()
            if pk not in known and words.strip()
        ]
        data["added"] = "\n".join([*gone, data.get("added", "")]).strip()
        for pk, text in self.texts.items():
            data.setdefault(f"text_{pk}", text)
            data[f"initial-text_{pk}"] = data.get(f"initial-text_{pk}", "") + text
        again = self.form(data)
        again.is_valid()
        typed = {pk: data.get(f"text_{pk}", "").replace("\r\n", "\n") for pk in self.texts}
        beside = {
            pk: compared(text, typed[pk]) for pk, text in self.texts.items() if text != typed[pk]
        }
        return self.refuse(again, refusal, beside=beside)

    def tell(self, edited):
        request = self.request
        words = _("已保存。") if edited.is_changed else _("没有改动，不用保存。")
        messages.success(request, words)
        if edited.lost:
            lost = ngettext(
                "正文中不再出现以下%(n)s项数据：%(labels)s",
                "正文中不再出现以下%(n)s项数据：%(labels)s",
                len(edited.lost),
            )
            messages.warning(request, lost % {"n": len(edited.lost), "labels": listed(edited.lost)})


class KeptSettle(OneReport, View):
    """A text that was not taken into the report has been looked at."""

    http_method_names = ["post"]
    needs = Act.COMPILE_REPORT

    def post(self, request, *args, **kwargs):
        self.require(Act.COMPILE_REPORT, self.report)
        kept = KeptText.objects.filter(pk=self.kwargs["kept"], section__report=self.report).first()
        if kept is None:
            raise Http404
        settle_kept(kept_id=kept.pk, at=timezone.now())
        messages.success(request, _("已处理，不再提示。"))
        return redirect(self.report)


# --- versions -------------------------------------------------------------------------------------


class ReportVersions(OneReport, TemplateView):
    """Every version of the text, and any two of them compared by words."""

    template_name = "reports/summaries/versions.html"

    def get_context_data(self, **kwargs):
        rows = list(versions_of(self.report))
        old, new = self.pair(rows)
        sections = []
        if old is not None and new is not None and old.pk != new.pk:
            texts = self.report.text_versions.in_bulk([old.pk, new.pk])
            sections = compare_versions(texts[old.pk], texts[new.pk])
        shows_all = self.request.GET.get("all") == "1"
        return super().get_context_data(**kwargs) | {
            "versions": rows,
            "old": old,
            "new": new,
            "shows_all": shows_all,
            "sections": sections,
            "is_changed": any(section.is_changed for section in sections),
        }

    def pair(self, rows):
        """The two that are compared: as asked for, else the last two."""
        by_number = {row.number: row for row in rows}
        asked = [by_number.get(key_in(self.request.GET.get(name, ""))) for name in ("old", "new")]
        new = asked[1] or (rows[0] if rows else None)
        old = asked[0] or (rows[1] if len(rows) > 1 else None)
        if old is not None and new is not None and old.number > new.number:
            old, new = new, old
        return old, new


# --- remarks --------------------------------------------------------------------------------------


class CommentNew(OneReport, FormView):
    """A remark on one paragraph, below the paragraph itself."""

    form_class = CommentForm
    template_name = "reports/summaries/comment.html"
    needs = None

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.reads_anything:
            if not any(self.may(act) for act in REMARKING):
                self.require(Act.COMPILE_REPORT, self.report)
            if not self.is_open:
                messages.error(request, _("报告已经签发或公开，不能再提意见。"))
                return redirect(self.report)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def paragraph(self) -> Paragraph:
        rows = Paragraph.objects.select_related("section").prefetch_related("sentences")
        found = rows.filter(pk=self.kwargs["paragraph"], section__report=self.report).first()
        if found is None:
            raise Http404
        return found

    def get_form(self, *args, **kwargs):
        form = super().get_form(*args, **kwargs)
        if not self.may(Act.COMPILE_REPORT):
            del form.fields["unit"]
        return form

    def get_context_data(self, **kwargs):
        figures = document_figures(self.report, self.today)
        section = next(
            each
            for each in sections_of(self.report, figures)
            if each.pk == self.paragraph.section_id
        )
        read = next(each for each in section.paragraphs if each.pk == self.paragraph.pk)
        return super().get_context_data(**kwargs) | {
            "paragraph": read,
            "remarks": comments_of(self.report).get(self.paragraph.pk, []),
        }

    def form_valid(self, form):
        try:
            add_comment(
                paragraph_id=self.paragraph.pk,
                text=form.cleaned_data["text"],
                unit=form.cleaned_data.get("unit", ""),
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotComment as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("意见已记录。"))
        return redirect(f"{self.report.get_absolute_url()}#p{self.paragraph.pk}")


class CommentSettle(OneReport, FormView):
    """What was done about a remark."""

    form_class = SettleForm
    template_name = "reports/summaries/comment_settle.html"
    needs = Act.COMPILE_REPORT

    @cached_property
    def comment(self) -> Comment:
        rows = Comment.objects.select_related("recorded_by", "paragraph__section")
        found = rows.filter(
            pk=self.kwargs["comment"], paragraph__section__report=self.report
        ).first()
        if found is None:
            raise Http404
        return found

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            self.require(Act.COMPILE_REPORT, self.report)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"comment": self.comment}

    def form_valid(self, form):
        try:
            settle_comment(
                comment_id=self.comment.pk,
                answer=form.cleaned_data["answer"],
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotComment as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("意见已处理。"))
        return redirect(f"{self.report.get_absolute_url()}#p{self.comment.paragraph_id}")


# --- linked records -------------------------------------------------------------------------------


class SentenceLink(OneReport, TemplateView):
    """Records of the year that a typed sentence rests on: found by kind and words, and ticked."""

    template_name = "reports/summaries/link.html"
    needs = Act.COMPILE_REPORT

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            self.require(Act.COMPILE_REPORT, self.report)
            if not self.is_open:
                messages.error(request, _("报告已经签发或公开，依据不能再改。"))
                return redirect(self.report)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def sentence(self) -> Sentence:
        found = Sentence.objects.filter(
            pk=self.kwargs["sentence"], paragraph__section__report=self.report
        ).first()
        if found is None:
            raise Http404
        return found

    @cached_property
    def kind(self) -> str:
        asked = self.request.GET.get("kind", "")
        return asked if asked in LINK_KINDS else next(iter(LINK_KINDS))

    @property
    def words(self) -> str:
        return self.request.GET.get("q", "").strip()[:60]

    @cached_property
    def offered(self):
        return candidates(self.scope, self.report, kind=self.kind, words=self.words)

    def form(self, data=None):
        rows = [
            (
                f"{each.kind}-{each.pk}",
                " · ".join(
                    part
                    for part in (
                        each.label,
                        day_label(each.day, self.today) if each.day else "",
                        each.unit,
                    )
                    if part
                ),
            )
            for each in self.offered
        ]
        return LinkForm(data, offered=rows)

    def get_context_data(self, **kwargs):
        kwargs.setdefault("form", self.form())
        figures = document_figures(self.report, self.today)
        sections = sections_of(self.report, figures)
        proofs = proofs_of(self.report, sections, figures)
        read = next(
            each
            for section in sections
            for paragraph in section.paragraphs
            for each in paragraph.sentences
            if each.pk == self.sentence.pk
        )
        return super().get_context_data(**kwargs) | {
            "sentence": read,
            "proof": proofs[read.pk],
            "search": LinkSearchForm(initial={"kind": self.kind, "q": self.words}),
            "offered": self.offered,
        }

    @property
    def back(self) -> str:
        return f"{self.report.get_absolute_url()}?s={self.sentence.pk}#s{self.sentence.pk}"

    def post(self, request, *args, **kwargs):
        if unlinked := key_in(request.POST.get("unlink", "")):
            return self.unlink(unlinked)
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        chosen = form.chosen()
        allowed = set(
            linkable(self.scope, self.report, self.kind)
            .filter(pk__in=[pk for _kind, pk in chosen])
            .values_list("pk", flat=True)
        )
        try:
            new = link_records(
                sentence_id=self.sentence.pk,
                records=[(kind, pk) for kind, pk in chosen if pk in allowed],
                by=request.user,
                at=timezone.now(),
            )
        except CannotLink as refusal:
            return refused_here(self, form, refusal)
        words = ngettext("已关联%(n)s条记录。", "已关联%(n)s条记录。", new) % {"n": new}
        messages.success(request, words)
        return redirect(self.back)

    def unlink(self, source_id: int):
        if not self.sentence.sources.filter(pk=source_id).exists():
            raise Http404
        try:
            unlink_record(source_id=source_id)
        except CannotLink as refusal:
            for reason in refusal.reasons:
                messages.error(self.request, reason)
        else:
            messages.success(self.request, _("已取消关联。"))
        return redirect(
            reverse("reports:report-sentence-link", args=[self.report.pk, self.sentence.pk])
        )


def refused_here(view: SentenceLink, form: LinkForm, refusal: CannotLink):
    """The page again with the reasons, and what was ticked."""
    for reason in refusal.reasons:
        form.add_error(None, reason)
    return view.render_to_response(view.get_context_data(form=form))
