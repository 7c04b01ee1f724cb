"""Duties of first responsible persons: the lists of a year, and what was done of them."""

from functools import cached_property

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.generic import TemplateView, View

from reports.actions.first_person import adopt_list, confirm_list, edit_list
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.first_person import FOUR_IN_PERSON
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange.first_person import performance_docx
from reports.exchange.official_docx import MEDIA_TYPE
from reports.exchange.sheets import disposition, file_name
from reports.filters.first_person import DutyListFilter
from reports.forms.base import key_in
from reports.forms.first_person import DutyListEntry, drafts_of, duty_rows
from reports.models import DutyList, Person, Unit
from reports.selectors.bureaus import label_of
from reports.selectors.first_person import (
    FOUR,
    Performance,
    address_of_deeds,
    adoptable,
    duties_in,
    duty_lists_for,
    may_record_of,
    performance_of,
    posts_of_lists,
    schedules_to_link,
    terms_of_person,
    terms_of_unit,
    terms_shown,
)
from reports.selectors.first_person_paper import (
    PerformancePaper,
    performance_paper,
    record_columns,
    term_words,
)
from reports.selectors.history import changes_of
from reports.tables.first_person import DutyTable
from reports.views.mixins import FIRST_YEAR, LAST_YEAR, DayMixin, OfficialPaper, TablePage
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin

# --- the lists of a year -------------------------------------------------------------------------


class DutyLists(SelectionMixin, ScopeMixin, TablePage):
    table_class = DutyTable
    filterset_class = DutyListFilter
    template_name = "reports/first_person/lists.html"
    title = gettext_lazy("第一责任人职责清单")
    empty_hint = gettext_lazy(
        "本年度还没有职责清单。法制大队可采用统一下发的清单，或沿用上年度的。"
    )
    selections = {"bureau": (Unit, gettext_lazy("分局"))}

    def get_queryset(self):
        rows = duty_lists_for(self.scope, year=self.year)
        bureau = self.keys.get("bureau")
        return rows if bureau is None else rows.filter(unit=bureau)

    @cached_property
    def own_bureau(self) -> Unit | None:
        """The bureau whose lists the user keeps; one that is chosen, or the only one."""
        keys = [self.keys["bureau"]] if self.keys else list(self.scope.bureau_ids)
        if len(keys) != 1 or not self.scope.allows(Act.KEEP_DUTIES):
            return None
        rows = self.scope.units(Act.KEEP_DUTIES).select_related("bureau")
        return rows.filter(pk=keys[0]).first()

    def get_context_data(self, **kwargs):
        bureau = self.own_bureau
        return super().get_context_data(**kwargs) | {
            "bureau": bureau,
            "own_url": reverse("reports:unit-duties", args=[bureau.pk]) if bureau else "",
            "adoptable": adoptable(self.scope, bureau, year=self.year) if bureau else [],
        }


class DutyListPage(ScopeMixin, DayMixin):
    """What the pages about one list share; ``act`` is what the page does."""

    act: Act = Act.READ

    @cached_property
    def duty_list(self) -> DutyList:
        rows = DutyList.objects.select_related("unit__bureau", "post", "checked_by", "copied_from")
        return self.get_visible(rows, self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.act != Act.READ and self.scope.allows(self.act):
            # A delivered list belongs to nobody; it is adopted, never changed.
            if self.duty_list.unit is None:
                raise Http404
            self.require(self.act, self.duty_list)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"duty_list": self.duty_list}


class DutyListDetail(DutyListPage, TemplateView):
    template_name = "reports/first_person/list.html"

    def get_context_data(self, **kwargs):
        kept = self.duty_list
        may = kept.unit is not None and self.scope.may(Act.KEEP_DUTIES, kept)
        return super().get_context_data(**kwargs) | {
            "duties": duties_in(kept),
            "may_keep": may,
            "changes": changes_of(kept) if kept.unit else [],
        }


class DutyListPrint(OfficialPaper, DutyListDetail):
    template_name = "reports/first_person/list_print.html"


class DutyListAdopt(ScopeMixin, DayMixin, View):
    """A delivered list, or the bureau's own of last year, becomes that of a year."""

    http_method_names = ("post",)
    needs = Act.KEEP_DUTIES

    def post(self, request, pk):
        source = self.get_visible(DutyList.objects.all(), pk)
        units = self.scope.units().bureaus().select_related("bureau")
        keys = list(self.scope.bureau_ids)
        asked = key_in(request.POST.get("bureau")) or (keys[0] if len(keys) == 1 else None)
        bureau = self.get_visible(units, asked or 0)
        self.require(Act.KEEP_DUTIES, bureau)
        year = key_in(request.POST.get("year")) or self.today.year
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise Http404
        try:
            made = adopt_list(source_id=source.pk, bureau=bureau, year=year, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("reports:duty-list")
        messages.success(request, _("已列入%(year)s年度，请核对条目和对应制度。") % {"year": year})
        return redirect(made)


class DutyListEdit(DutyListPage, TemplateView):
    template_name = "reports/first_person/list_form.html"
    needs = Act.KEEP_DUTIES
    act = Act.KEEP_DUTIES

    @cached_property
    def heading(self) -> DutyListEntry:
        data = self.request.POST if self.request.method == "POST" else None
        posts = posts_of_lists(self.duty_list.unit)
        return DutyListEntry(data, instance=self.duty_list, posts=posts)

    @cached_property
    def rows(self):
        data = self.request.POST if self.request.method == "POST" else None
        return duty_rows(duties_in(self.duty_list), schedules_to_link(self.duty_list.unit), data)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"form": self.heading, "rows": self.rows}

    def post(self, request, *args, **kwargs):
        valid = [self.heading.is_valid(), *(row.is_valid() for row in self.rows)]
        if all(valid):
            try:
                kept = edit_list(
                    list_id=self.duty_list.pk,
                    items=drafts_of(self.rows),
                    **self.heading.cleaned_data,
                )
            except Refused as refusal:
                for reason in refusal.reasons:
                    self.heading.add_error(None, reason)
            else:
                messages.success(request, _("已保存。"))
                return redirect(kept)
        return self.render_to_response(self.get_context_data())


class DutyListConfirm(DutyListPage, View):
    """The text was compared with the official one."""

    http_method_names = ("post",)
    needs = Act.KEEP_DUTIES
    act = Act.KEEP_DUTIES

    def post(self, request, *args, **kwargs):
        try:
            confirm_list(list_id=self.duty_list.pk, by=request.user, on=self.today)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("已核对。"))
        return redirect(self.duty_list)


# --- what was done, what is still owed ------------------------------------------------------------


class OwnDuties(ScopeMixin, DayMixin, View):
    """The way from the frame to one's own page."""

    http_method_names = ("get", "head")

    def get(self, request, *args, **kwargs):
        person = self.visible(Person.objects.filter(user=request.user)).first()
        if person is None:
            messages.error(request, _("您的账号没有对应的人员，请联系法制大队在人员中关联。"))
            return redirect("reports:dashboard")
        return redirect("reports:person-duties", person.pk)


class PerformancePage(ScopeMixin, DayMixin):
    """A year of a post as a page; ``of_person``: of one person's terms alone."""

    template_name = "reports/first_person/performance.html"
    of_person = True

    @cached_property
    def terms(self):
        raise NotImplementedError

    @cached_property
    def performance(self) -> Performance | None:
        if not self.terms:
            return None
        return performance_of(
            self.scope, self.terms, year=self.year, on=self.on, of_person=self.of_person
        )

    @property
    def selection(self) -> dict[str, object]:
        """Which deeds the numbers of the page count, as an address says it."""
        found = {"unit": self.terms[0].unit_id, "year": self.year}
        if self.days.is_past:
            found["on"] = self.on.isoformat()
        return found

    @property
    def may_record(self) -> bool:
        unit, person = self.terms[0].unit, self.terms[0].person
        return not self.days.is_past and may_record_of(
            self.scope, Act.RECORD_DEED, unit=unit, person_user=person.user_id
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs) | {
            "of_person": self.of_person,
            "performance": self.performance,
        }
        shown = self.performance
        if shown is None:
            return context
        kinds = shown.counts.by_kind
        return context | {
            "unit": shown.unit,
            "terms": [
                (term, term_words(term, self.year, with_name=not self.of_person))
                for term in shown.terms
            ],
            "labels": {due.pk: label_of(due) for due in shown.dues},
            "tiles": [
                (kind, kinds[kind], address_of_deeds(kinds=[kind.value], **self.selection))
                for kind in FOUR_IN_PERSON
            ],
            "others": [
                (kind, number, address_of_deeds(kinds=[kind.value], **self.selection))
                for kind, number in shown.counts.others.items()
            ],
            "in_person": shown.counts.in_person,
            "in_person_url": address_of_deeds(kinds=[FOUR], **self.selection),
            "all_url": address_of_deeds(**self.selection),
            "may_record": self.may_record,
            # Of one person nobody needs to be told whose deed it is.
            "several": len({term.person_id for term in shown.terms}) > 1,
        }


class PersonDuties(PerformancePage, TemplateView):
    """What a leader did, what is still owed: of the days on which she held the post."""

    @cached_property
    def all_terms(self):
        return terms_of_person(self.scope, self.kwargs["pk"], year=self.year, on=self.on)

    @cached_property
    def terms(self):
        return terms_shown(self.all_terms, key_in(self.request.GET.get("unit")))

    @cached_property
    def person(self) -> Person:
        """Whoever holds a post within the scope may be seen; of others the scope is asked."""
        if self.all_terms:
            return self.all_terms[0].person
        return self.get_visible(Person.objects.select_related("unit__bureau"), self.kwargs["pk"])

    @property
    def selection(self):
        return super().selection | {"person": self.person.pk}

    def get_context_data(self, **kwargs):
        person = self.person
        units = {term.unit_id: term.unit for term in self.all_terms}
        return super().get_context_data(**kwargs) | {
            "person": person,
            "title": _("%(name)s的履职") % {"name": person.name},
            "other_units": [unit for pk, unit in units.items() if pk != self.terms[0].unit_id]
            if self.terms
            else [],
        }


class UnitDuties(PerformancePage, TemplateView):
    """The same of a unit's post: everybody who held it in the year."""

    of_person = False

    @cached_property
    def unit(self) -> Unit:
        if self.terms:
            return self.terms[0].unit
        rows = Unit.objects.select_related("bureau", "kind")
        found = self.get_visible(rows, self.kwargs["pk"])
        if found.bureau_id is None:
            raise Http404
        return found

    @cached_property
    def terms(self):
        return terms_of_unit(self.scope, self.kwargs["pk"], year=self.year, on=self.on)

    @property
    def may_record(self) -> bool:
        return not self.days.is_past and any(
            may_record_of(
                self.scope, Act.RECORD_DEED, unit=self.unit, person_user=term.person.user_id
            )
            for term in self.terms
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "unit": self.unit,
            "title": _("%(unit)s第一责任人履职") % {"unit": self.unit.label},
        }


class PaperMixin:
    """The page as a paper: on A4, or as a .docx."""

    @cached_property
    def paper(self) -> PerformancePaper:
        if self.performance is None:
            raise Http404
        return performance_paper(self.performance, of_person=self.of_person)


class PrintMixin(OfficialPaper, PaperMixin):
    template_name = "reports/first_person/performance_print.html"

    def get_context_data(self, **kwargs):
        paper = self.paper
        with override(DOCUMENT_LANGUAGE):
            columns = record_columns()
        return super().get_context_data(**kwargs) | {"paper": paper, "columns": columns}


class DocxMixin(PaperMixin):
    def get(self, request, *args, **kwargs):
        content = performance_docx(self.paper, at=timezone.now())
        response = HttpResponse(content, content_type=MEDIA_TYPE)
        name = file_name(self.paper.title.replace("\n", ""), self.on, "docx")
        response["Content-Disposition"] = disposition(name)
        response["Cache-Control"] = "private, no-store"
        return response


class PersonDutiesPrint(PrintMixin, PersonDuties):
    pass


class PersonDutiesDocx(DocxMixin, PersonDuties):
    pass


class UnitDutiesPrint(PrintMixin, UnitDuties):
    pass


class UnitDutiesDocx(DocxMixin, UnitDuties):
    pass
