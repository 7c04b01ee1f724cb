"""Notices that excuse many dues at once: the list, one of them, and a new one in two steps."""

from itertools import groupby

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, TemplateView, View

from reports.actions.evidence import Upload, atomic_with_files
from reports.actions.refusals import Refused
from reports.actions.waivers import (
    OrderDraft,
    keep_signed_sheet,
    order_waivers,
    withdraw_order,
)
from reports.domain.access import Act
from reports.domain.dues import NotApplicable
from reports.domain.periods import Period
from reports.domain.waivers import AgainstWaiver
from reports.filters.waivers import OrderFilter
from reports.forms.waivers import WaiverOrderForm, WithdrawOrderForm
from reports.models import Person, Unit, WaiverOrder
from reports.models.choices import (
    AGAINST_WAIVER_SENTENCES,
    NOT_APPLICABLE_LABELS,
    EvidenceKind,
)
from reports.selectors.bureaus import label_of
from reports.selectors.calendar import holidays
from reports.selectors.history import changes_of
from reports.selectors.waivers import (
    MOST_TOUCHED,
    Touched,
    orders_for,
    places_to_order,
    schedules_at,
    touched_by,
    units_at,
    waivers_of_order,
)
from reports.tables.waivers import OrderTable
from reports.views.mixins import DayMixin, TablePage
from reports.views.scoped import ScopeMixin

# The places above a bureau may be thousands; more are found by way of the bureau's own page.
PLACES_SHOWN = 300


class WaiverOrderList(ScopeMixin, TablePage):
    table_class = OrderTable
    filterset_class = OrderFilter
    template_name = "reports/waivers/list.html"
    title = gettext_lazy("统一免开")
    empty_hint = gettext_lazy(
        "还没有统一免开的通知。安保、战时等一次免开多个单位多期会议的，在此录入。"
    )

    def get_queryset(self):
        return orders_for(self.scope).filter(ordered_on__lte=self.on)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"may_order": self.scope.allows(Act.WAIVE_DUE)}


class WaiverOrderNew(ScopeMixin, DayMixin, FormView):
    """The notice is typed, then every due it touches is shown, then they are excused together."""

    needs = Act.WAIVE_DUE
    form_class = WaiverOrderForm
    template_name = "reports/waivers/new.html"
    title = gettext_lazy("录入统一免开的通知")

    @cached_property
    def places(self) -> list[Unit]:
        return list(places_to_order(self.scope)[: PLACES_SHOWN + 1])

    @cached_property
    def place(self) -> Unit:
        """Where the notice speaks; named in the address, or the first where one may speak."""
        typed = self.request.POST.get("place") or self.request.GET.get("place", "")
        if not typed:
            if not self.places:
                raise Http404
            return self.places[0]
        if not typed.isascii() or not typed.isdigit() or len(typed) > 15:
            raise Http404
        found = next((unit for unit in self.places if unit.pk == int(typed)), None)
        found = found or places_to_order(self.scope).filter(pk=int(typed)).first()
        if found is None:
            raise Http404
        return found

    def get_initial(self):
        return {"ordered_on": self.today}

    def get_form_kwargs(self):
        place = self.place
        signers = Person.objects.standing().filter(unit__bureau=place.bureau_id)
        if place.bureau_id is None:
            signers = signers.none()
        return super().get_form_kwargs() | {
            "schedules": schedules_at(place),
            "units": units_at(place),
            "signers": signers.select_related("unit").order_by("unit__path", "pk"),
            "above_bureaus": place.bureau_id is None,
            "today": self.today,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "place": self.place,
            "places": self.places if 1 < len(self.places) <= PLACES_SHOWN else [],
        }

    def touched(self, form) -> list[Touched]:
        given = form.cleaned_data
        return touched_by(
            self.scope,
            place=self.place,
            notice=Period(given["first_day"], given["last_day"]),
            schedules=[each.pk for each in given["schedules"]],
            cadences=given.get("cadences", ()),
            units=[each.pk for each in given["units"]],
            holidays=holidays(),
            today=self.today,
        )

    def form_valid(self, form):
        touched = self.touched(form)
        if len(touched) > MOST_TOUCHED:
            told = {"n": MOST_TOUCHED}
            form.add_error(
                None, _("涉及的事项超过%(n)s项，请按制度、单位或日期分几次办理。") % told
            )
            return self.form_invalid(form)
        key = shown_key(form, self.place)
        ticked = None
        if self.request.POST.get("shown") == key:
            ticked = self.ticked
            if "confirm" in self.request.POST and self.may_confirm(form, touched):
                try:
                    return self.confirm(form, touched)
                except Refused as refusal:
                    for each in refusal.reasons:
                        form.add_error(None, each)
        elif "confirm" in self.request.POST:
            form.add_error(None, _("通知或范围已改动，请核对下面重新列出的事项，再次确认。"))
        return self.render_to_response(
            self.get_context_data(form=form, key=key, **listed_by_schedule(touched, ticked))
        )

    @cached_property
    def ticked(self) -> set[int]:
        return {int(pk) for pk in self.request.POST.getlist("due") if pk.isascii() and pk.isdigit()}

    def may_confirm(self, form, touched: list[Touched]) -> bool:
        """Something is ticked, and what needs a signed sheet has one; the fields say otherwise."""
        chosen = [each for each in touched if each.due.pk in self.ticked]
        if not chosen:
            form.add_error(None, _("没有选择任何应开事项。"))
        if any(each.needs_paper for each in chosen):
            if not form.cleaned_data["signer"]:
                form.add_error(
                    "signer", _("所选事项中有本局自己的应开会议，须由领导批准，请填写签批人。")
                )
            if not form.cleaned_data["scan"]:
                form.add_error("scan", _("请上传签批件扫描件。"))
        return not form.errors

    def confirm(self, form, touched: list[Touched]):
        given, user, at = form.cleaned_data, self.request.user, timezone.now()
        chosen = [each for each in touched if each.due.pk in self.ticked]
        signer = given["signer"]
        signed = {each.due.pk: signer for each in chosen if signer and each.needs_paper}
        draft = OrderDraft(
            unit=self.place,
            title=given["title"],
            document_number=given["document_number"],
            ordered_on=given["ordered_on"],
            first_day=given["first_day"],
            last_day=given["last_day"],
            reason=given["reason"],
        )
        with atomic_with_files():
            order, waivers = order_waivers(
                draft=draft,
                due_ids=[each.due.pk for each in chosen],
                by=user,
                at=at,
                today=self.today,
                signed=signed,
            )
            if given["scan"]:
                keep_signed_sheet(
                    [waiver for waiver in waivers if waiver.due_id in signed] or waivers[:1],
                    Upload(given["scan"], EvidenceKind.DECISION),
                    by=user,
                    at=at,
                )
        told = {"n": len(waivers)}
        messages.success(
            self.request, ngettext("已免开%(n)s项。", "已免开%(n)s项。", len(waivers)) % told
        )
        return redirect("reports:waiver-order-detail", order.pk)


def shown_key(form, place: Unit) -> str:
    """What decides which dues are shown; another one means that they were not looked at."""
    given = form.cleaned_data
    parts = [
        place.pk,
        given["first_day"],
        given["last_day"],
        "-".join(str(each.pk) for each in given["schedules"]),
        "-".join(given.get("cadences", ())),
        "-".join(str(each.pk) for each in given["units"]),
    ]
    return "/".join(str(part) for part in parts)


def listed_by_schedule(touched: list[Touched], ticked: set[int] | None) -> dict[str, object]:
    """The dues for the page: those that can be excused under their schedules, the others after."""
    free = [each for each in touched if not each.against]
    chosen = {each.due.pk for each in free if each.proposed} if ticked is None else ticked
    return {
        "groups": [
            of_schedule(list(found), chosen)
            for _key, found in groupby(free, key=lambda row: row.due.schedule_id)
        ],
        "left_out": [(row, label_of(row.due), why_left_out(row)) for row in touched if row.against],
        "count": len(free),
        "chosen_count": len(chosen),
        "needs_paper": any(row.needs_paper for row in free),
        "previewed": True,
    }


def of_schedule(rows: list[Touched], chosen: set[int]) -> tuple[object, ...]:
    """A schedule with its dues: all of whose workdays are covered, the others, and whether any of
    those is ticked."""
    lines = [(row, label_of(row.due), row.due.pk in chosen) for row in rows]
    whole = [line for line in lines if line[0].coverage.whole]
    part = [line for line in lines if not line[0].coverage.whole]
    return rows[0].due.schedule, whole, part, any(ticked for _row, _label, ticked in part)


def why_left_out(row: Touched) -> str:
    """Why a notice leaves a due as it is, in words."""
    if row.against[0] == AgainstWaiver.NOT_OWED:
        return str(NOT_APPLICABLE_LABELS[NotApplicable(row.due.not_applicable_because)])
    return str(AGAINST_WAIVER_SENTENCES[row.against[0]])


class OrderPage(ScopeMixin, DayMixin):
    """What the pages about one notice share."""

    @cached_property
    def order(self) -> WaiverOrder:
        rows = WaiverOrder.objects.select_related("unit", "unit__bureau", "recorded_by")
        return self.get_visible(rows, self.kwargs["pk"])


class WaiverOrderDetail(OrderPage, TemplateView):
    template_name = "reports/waivers/detail.html"

    def get_context_data(self, **kwargs):
        waivers = waivers_of_order(self.scope, self.order)
        held = [waiver for waiver in waivers if waiver.withdrawn_on is None]
        return super().get_context_data(**kwargs) | {
            "order": self.order,
            "groups": [
                (rows[0].due.schedule, [(row, label_of(row.due)) for row in rows])
                for _key, found in groupby(waivers, key=lambda row: row.due.schedule_id)
                if (rows := list(found))
            ],
            "made": len(waivers),
            "held": len(held),
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_withdraw": bool(held) and self.scope.may(Act.WAIVE_DUE, self.order),
            "changes": changes_of(self.order),
        }


class WaiverOrderWithdraw(OrderPage, View):
    """Taking back all that a notice still excuses."""

    http_method_names = ("post",)

    def post(self, request, pk):
        self.require(Act.WAIVE_DUE, self.order)
        form = WithdrawOrderForm(request.POST)
        back = redirect("reports:waiver-order-detail", self.order.pk)
        if not form.is_valid():
            messages.error(request, _("请写明撤销原因。"))
            return back
        try:
            number = withdraw_order(
                order_id=self.order.pk,
                because=form.cleaned_data["because"],
                on=self.today,
                by=request.user,
                at=timezone.now(),
                today=self.today,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            told = {"n": number}
            messages.success(
                request, ngettext("已撤销%(n)s项免开。", "已撤销%(n)s项免开。", number) % told
            )
        return back
