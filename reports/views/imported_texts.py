"""Texts that are brought in: kept with their drafts, decided one by one, entered all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, TemplateView, View

from reports.actions.entered_texts import ACTS, CannotEnter, enter_text
from reports.actions.imported_texts import (
    Choice,
    decide_at_once,
    decide_draft,
    give_up_text,
    lacking_words,
    reopen_text,
    stamp_of,
)
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.drafts import issued_elsewhere, lacking, pieces_of
from reports.domain.imports import DraftDecision, DraftKind, TextKind, TextState
from reports.exchange.imported_texts import bring_in
from reports.exchange.published_reports import UnreadableFile, text_of
from reports.filters.imported_texts import ImportedTextFilter
from reports.forms.base import key_in
from reports.forms.imported_texts import DRAFT_FORMS, DraftForm, EnterForm, GiveUpForm, NewTextForm
from reports.models import Draft, ImportedText, SheetImport, Unit
from reports.models.choices import DRAFT_KIND_LABELS, NOTICE_TOTAL_LABELS, SHEET_KIND_LABELS
from reports.selectors.imported_texts import (
    DraftState,
    Existing,
    Fact,
    at_once,
    choices_for,
    counts_of,
    existing_of,
    facts_of,
    heading_of,
    plan_of,
    states_of,
    texts_for,
    told_of,
    twins_of,
    values_of,
)
from reports.selectors.sheet_imports import waiting_sheets
from reports.tables.imported_texts import TextsTable
from reports.views.mixins import DayMixin, TablePage, bring_near
from reports.views.scoped import ScopeMixin

PER_PAGE = 20


class ImportHome(ScopeMixin, TemplateView):
    """Where one begins: a published text, or the bureau's own tables."""

    needs = Act.BRING_IN
    template_name = "reports/imports/text_home.html"

    def get_context_data(self, **kwargs):
        texts = texts_for(self.scope, Act.BRING_IN).filter(state=TextState.OPEN.value)
        sheets = waiting_sheets(self.visible(SheetImport.objects.all(), Act.BRING_IN))
        return super().get_context_data(**kwargs) | {
            "texts": texts[:10],
            "sheets": sheets[:10],
            "bureaus": self.scope.units(Act.BRING_IN).bureaus().in_order(),
            "many_bureaus": self.scope.sees_many_bureaus,
            "kinds": [(kind.value, label) for kind, label in SHEET_KIND_LABELS.items()],
        }


class ImportedTextList(ScopeMixin, TablePage):
    table_class = TextsTable
    filterset_class = ImportedTextFilter
    template_name = "reports/imports/text_list.html"
    title = gettext_lazy("导入的报告和通报")
    empty_hint = gettext_lazy("还没有导入。上传或者粘贴上年度报告、整改情况通报，从中逐条确认。")

    def get_queryset(self):
        return texts_for(self.scope)

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_bring_in": self.scope.allows(Act.BRING_IN),
        }


class ImportedTextNew(ScopeMixin, DayMixin, FormView):
    """A file or a pasted text is read; what is no such text says so and is not kept."""

    needs = Act.BRING_IN
    form_class = NewTextForm
    template_name = "reports/imports/text_new.html"

    @cached_property
    def bureaus(self) -> list[Unit]:
        return list(self.scope.units(Act.BRING_IN).bureaus().in_order())

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"bureaus": self.bureaus}

    def get_initial(self):
        asked = self.request.GET.get("kind")
        return {"kind": asked} if asked in list(TextKind) else {}

    def form_valid(self, form):
        given = form.cleaned_data
        self.require(Act.BRING_IN, given["bureau"])
        field = "file" if given["file"] else "pasted"
        try:
            if given["file"]:
                name, text = given["file"].name, text_of(given["file"].name, given["file"].read())
            else:
                # Browsers send line ends their own way.
                name, text = _("粘贴的文本"), given["pasted"].replace("\r\n", "\n")
            found, is_new = bring_in(
                bureau=given["bureau"],
                kind=TextKind(given["kind"]),
                file_name=name,
                text=text,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except (UnreadableFile, Refused) as refusal:
            form.add_error(field, str(refusal))
            return self.form_invalid(form)
        if not is_new:
            messages.info(self.request, _("这份文本已经导入过，没有重复列出条目。"))
        return redirect(found)


# --- one text ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """A draft on the page."""

    draft: Draft
    heading: str
    facts: list[Fact]
    told: list[Fact]
    twins: list[Existing]
    lacks: str
    entered: bool
    stamp: str
    focus: bool
    form: DraftForm | None


class TextPage(ScopeMixin, DayMixin):
    """What the pages about one text share."""

    @cached_property
    def text(self) -> ImportedText:
        rows = ImportedText.objects.select_related("bureau", "recorded_by", "ended_by")
        return self.get_visible(rows, self.kwargs["pk"])

    @cached_property
    def may_decide(self) -> bool:
        return self.scope.may(Act.BRING_IN, self.text)

    @property
    def is_open(self) -> bool:
        return self.text.state == TextState.OPEN


class TextView(TextPage):
    """The text with the drafts of one kind beside it; a page of drafts, one of them opened."""

    template_name = "reports/imports/text_detail.html"
    refused_form: DraftForm | None = None

    @cached_property
    def states(self) -> list[DraftState]:
        return states_of(self.text)

    @cached_property
    def focus(self) -> DraftState | None:
        asked = self.asked("draft")
        return next((row for row in self.states if str(row.pk) == asked), None)

    def asked(self, name: str) -> str:
        return self.request.GET.get(name, "")

    @cached_property
    def kind(self) -> DraftKind:
        """The kind shown: of the draft asked for, else the one asked for, else one with work."""
        if self.focus is not None:
            return DraftKind(self.focus.kind)
        counts = counts_of(self.states)
        kinds = [row.kind for row in counts]
        if self.asked("kind") in kinds:
            return DraftKind(self.asked("kind"))
        work = (row.kind for row in counts if row.undecided)
        return next(work, kinds[0] if kinds else DraftKind.PROBLEM)

    @property
    def only_open(self) -> bool:
        return self.asked("show") == "open"

    @cached_property
    def shown(self) -> list[DraftState]:
        """The drafts of the kind that are on some page."""
        rows = [row for row in self.states if row.kind == self.kind]
        if not self.only_open:
            return rows
        return [row for row in rows if not row.decision or row is self.focus]

    @cached_property
    def page(self) -> int:
        """The page of the draft asked for, else the page asked for."""
        last = max(-(-len(self.shown) // PER_PAGE), 1)
        if self.focus is not None and self.focus in self.shown:
            return self.shown.index(self.focus) // PER_PAGE + 1
        return min(max(key_in(self.asked("page")) or 1, 1), last)

    def get_context_data(self, **kwargs):
        counts = counts_of(self.states)
        works = self.is_open and self.may_decide
        drafts = self.drafts
        there = self.there if works else []
        plan = at_once([row for row in self.undecided if not self.entered(row)], there)
        return super().get_context_data(**kwargs) | {
            "text": self.text,
            "kind": self.kind.value,
            "kind_label": DRAFT_KIND_LABELS[self.kind],
            "counts": [(row, DRAFT_KIND_LABELS[row.kind]) for row in counts],
            "total": len(self.states),
            "undecided": sum(row.undecided for row in counts),
            "only_open": self.only_open,
            "pieces": self.pieces(),
            "cards": [self.card(row, there, works=works) for row in drafts],
            "pages": range(1, max(-(-len(self.shown) // PER_PAGE), 1) + 1),
            "page": self.page,
            "works": works,
            "may_decide": self.may_decide,
            "is_open": self.is_open,
            "plan": plan,
            "next_open": self.next_open,
            "totals": totals_of(self.text),
            "other_issuer": other_issuer(self.text),
            "give_up_form": GiveUpForm(),
            "there": there,
            "focus": self.focus.pk if self.focus else None,
        }

    @cached_property
    def wanted(self) -> list[Draft]:
        """The drafts of this page, and the undecided ones of the kind, read at once."""
        first = (self.page - 1) * PER_PAGE
        keys = {row.pk for row in self.shown[first : first + PER_PAGE]}
        if self.is_open and self.may_decide:
            keys |= {row.pk for row in self.states if row.kind == self.kind and not row.decision}
        rows = Draft.objects.filter(pk__in=keys).select_related("decided_by")
        return list(rows.order_by("position"))

    @property
    def drafts(self) -> list[Draft]:
        first = (self.page - 1) * PER_PAGE
        keys = {row.pk for row in self.shown[first : first + PER_PAGE]}
        return [row for row in self.wanted if row.pk in keys]

    @property
    def undecided(self) -> list[Draft]:
        return [row for row in self.wanted if not row.decision]

    @cached_property
    def entered_keys(self) -> set[int]:
        return {row.pk for row in self.states if row.entered}

    def entered(self, draft: Draft) -> bool:
        return draft.pk in self.entered_keys

    @cached_property
    def there(self) -> list[Existing]:
        """The records that drafts of this kind may be merged with."""
        names = {values_of(row).get("title") or "" for row in self.wanted} - {""}
        same = {row.found["same"][1] for row in self.wanted if row.found.get("same")}
        return existing_of(self.kind, self.text.bureau, names, same)

    @property
    def next_open(self) -> int | None:
        """The next draft without a decision, after the one in hand; else any."""
        at = self.focus.position if self.focus else 0
        rows = [row for row in self.states if not row.decision and row is not self.focus]
        return next((row.pk for row in rows if row.position > at), rows[0].pk if rows else None)

    def pieces(self):
        """The text with the places of its drafts; each names its draft by number."""
        states = {row.pk: row for row in self.states}
        places = [(row.pk, row.start, row.end) for row in self.states]
        for piece in pieces_of(self.text.text, places):
            yield piece, states.get(piece.key) if piece.key is not None else None

    def card(self, draft: Draft, there: Sequence[Existing], *, works: bool) -> Card:
        focus = self.focus is not None and self.focus.pk == draft.pk
        entered = self.entered(draft)
        opened = works and focus and not entered
        opened = opened and (not draft.decision or self.asked("edit") == "1")
        values = values_of(draft)
        lacks = lacking(self.kind, values)
        return Card(
            draft,
            heading_of(draft),
            facts_of(draft),
            told_of(draft),
            twins_of(draft, there) if not draft.decision else [],
            lacking_words(lacks) if lacks and not draft.decision else "",
            entered,
            stamp_of(draft),
            focus,
            self.form_for(draft) if opened or (focus and self.refused_form) else None,
        )

    def form_for(self, draft: Draft, data=None) -> DraftForm:
        if data is None and self.refused_form is not None:
            return self.refused_form
        lists = choices_for(self.kind, self.text, draft, self.today)
        form = DRAFT_FORMS[self.kind](
            data, lists=lists, values=values_of(draft), prefix=f"d{draft.pk}"
        )
        bring_near(form, self.today)
        return form


class ImportedTextDetail(TextView, TemplateView):
    pass


def other_issuer(text: ImportedText) -> str:
    """The issuer that the text names, where that is not the bureau it was brought in for."""
    issuer = (text.reading.get("metadata") or {}).get("issuer") or ""
    return issuer if issued_elsewhere(issuer, text.bureau.label) else ""


def totals_of(text: ImportedText) -> list[tuple[str, object, object, bool]]:
    """Of a notice: what it states beside what was found, and whether the two differ."""
    stated, found = text.reading.get("stated_totals"), text.reading.get("found_totals")
    if not stated or not found:
        return []
    differ = {row["what"]: row for row in text.reading.get("differences", ())}
    rows = []
    for what, label in NOTICE_TOTAL_LABELS.items():
        if what.value in differ:
            row = differ[what.value]
            rows.append((str(label), row["stated"], row["found"], True))
        elif stated.get(what.value) is not None:
            rows.append((str(label), stated[what.value], found.get(what.value), False))
    return rows


class DraftDecide(TextView, TemplateView):
    """A decision on one draft; the page comes back at the same draft."""

    needs = Act.BRING_IN
    http_method_names = ("post",)

    @cached_property
    def draft(self) -> Draft:
        rows = Draft.objects.select_related("text", "text__bureau")
        return self.get_draft(rows)

    def get_draft(self, rows) -> Draft:
        texts = self.visible(ImportedText.objects.all())
        found = rows.filter(pk=self.kwargs["pk"], text__in=texts).first()
        if found is None:
            raise Http404
        return found

    @cached_property
    def text(self) -> ImportedText:
        rows = ImportedText.objects.select_related("bureau", "recorded_by", "ended_by")
        return rows.get(pk=self.draft.text_id)

    def asked(self, name: str) -> str:
        if name == "draft":
            return str(self.draft.pk)
        return self.request.POST.get(name, "")

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        self.require(Act.BRING_IN, self.draft.text)
        word, _sep, rest = request.POST.get("decision", "").partition(" ")
        if word == "merge":
            return self.decide(self.merging(rest or request.POST.get("record", "")))
        if word == "drop":
            return self.decide(Choice(DraftDecision.DROP))
        if word == "undo":
            return self.decide(Choice(None))
        if "typed" not in request.POST:
            return self.decide(Choice(DraftDecision.TAKE))
        form = self.form_for(self.draft, request.POST)
        if not form.is_valid():
            return self.again(form)
        return self.decide(Choice(DraftDecision.TAKE, form.values()), form)

    def merging(self, typed: str) -> Choice:
        relation, _sep, key = typed.partition(":")
        return Choice(DraftDecision.MERGE, relation=relation, record=key_in(key))

    def decide(self, choice: Choice, form: DraftForm | None = None) -> HttpResponseBase:
        try:
            decide_draft(
                draft_id=self.draft.pk,
                choice=choice,
                seen=self.request.POST.get("seen", ""),
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            if form is not None:
                for reason in refusal.reasons:
                    form.add_error(None, reason)
                return self.again(form)
            messages.error(self.request, str(refusal))
        return redirect(self.back)

    def again(self, form: DraftForm) -> HttpResponse:
        """The page with what was typed and what is wrong with it."""
        self.refused_form = form
        return self.render_to_response(self.get_context_data())

    @property
    def back(self) -> str:
        parts = {"draft": self.draft.pk}
        if self.request.POST.get("show") == "open":
            parts["show"] = "open"
        return f"{self.draft.text.get_absolute_url()}?{urlencode(parts)}#draft-{self.draft.pk}"


class DraftsAtOnce(TextView, View):
    """All undecided drafts of a kind taken as they are, as the page said what that would do."""

    needs = Act.BRING_IN
    http_method_names = ("post",)

    def asked(self, name: str) -> str:
        return self.request.POST.get(name, "")

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        self.require(Act.BRING_IN, self.text)
        plan = at_once([row for row in self.undecided if not self.entered(row)], self.there)
        shown = request.POST.get("shown", "")
        if shown != f"{len(plan.new)}/{len(plan.merged)}":
            messages.warning(request, _("条目已有变化，请核对后再办。"))
            return redirect(self.back)
        try:
            number = decide_at_once(
                text_id=self.text.pk,
                kind=self.kind,
                plan=plan,
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            words = ngettext("已处理%(n)s条。", "已处理%(n)s条。", number)
            messages.success(request, words % {"n": number})
        return redirect(self.back)

    @property
    def back(self) -> str:
        return f"{self.text.get_absolute_url()}?{urlencode({'kind': self.kind.value})}"


class TextGiveUp(TextPage, View):
    needs = Act.BRING_IN
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        self.require(Act.BRING_IN, self.text)
        form = GiveUpForm(request.POST)
        because = form.cleaned_data["because"] if form.is_valid() else ""
        now = timezone.now()
        try:
            give_up_text(text_id=self.text.pk, because=because, by=request.user, at=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(self.text)
        messages.success(request, _("已放弃，台账没有变化。"))
        return redirect("reports:import-texts")


class TextReopen(TextPage, View):
    needs = Act.BRING_IN
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        self.require(Act.BRING_IN, self.text)
        reopen_text(text_id=self.text.pk)
        messages.success(request, _("已再次打开，可以继续处理。"))
        return redirect(self.text)


class TextPreview(TextPage, FormView):
    """Everything that would be made, and then all of it or nothing."""

    needs = Act.BRING_IN
    form_class = EnterForm
    template_name = "reports/imports/text_preview.html"
    by_draft: dict[int, list[str]] = {}

    def get(self, request, *args, **kwargs):
        self.require(Act.BRING_IN, self.text)
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        self.require(Act.BRING_IN, self.text)
        return super().post(request, *args, **kwargs)

    @cached_property
    def plan(self):
        return plan_of(self.text)

    def get_initial(self):
        return {"ledger_from": f"{(self.text.year or self.today.year - 1) + 1}-01-01"}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        rules = (DraftKind.SCHEDULE, DraftKind.QUOTA)
        makes_rules = any(row.new for row in self.plan if row.kind in rules)
        if self.text.bureau.ledger_from is not None or not makes_rules:
            del form.fields["ledger_from"]
        if not any(row.undecided for row in self.plan):
            del form.fields["drop_undecided"]
        return form

    def get_context_data(self, **kwargs):
        def lines(drafts):
            return [(row, heading_of(row), self.by_draft.get(row.pk, ())) for row in drafts]

        return super().get_context_data(**kwargs) | {
            "text": self.text,
            "is_open": self.is_open,
            "groups": [
                (row, DRAFT_KIND_LABELS[row.kind], lines(row.new), lines(row.merged))
                for row in self.plan
            ],
            "new": sum(len(row.new) for row in self.plan),
            "merged": sum(len(row.merged) for row in self.plan),
            "dropped": sum(len(row.dropped) for row in self.plan),
            "undecided": sum(len(row.undecided) for row in self.plan),
            "entered": sum(len(row.entered) for row in self.plan),
            "refused": bool(self.by_draft),
        }

    def form_valid(self, form):
        for row in self.plan:
            if row.new or row.merged:
                self.require(ACTS[row.kind], self.text.bureau)
        given = form.cleaned_data
        if given.get("ledger_from"):
            self.require(Act.MANAGE_UNITS, self.text.bureau)
        try:
            entered = enter_text(
                text_id=self.text.pk,
                drop_undecided=bool(given.get("drop_undecided")),
                ledger_from=given.get("ledger_from"),
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotEnter as refusal:
            self.by_draft = refusal.by_draft
            for reason in refusal.general:
                form.add_error(None, reason)
            return self.render_to_response(self.get_context_data(form=form))
        told = {"made": entered.made, "merged": entered.merged}
        messages.success(self.request, _("已入库：新建%(made)s条，并入已有%(merged)s条。") % told)
        return redirect(self.text)
