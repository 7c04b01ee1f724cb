"""What leaders did in person (履职记录), and the accounts they gave of a year (述法)."""

from functools import cached_property

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import FormView, TemplateView

from reports.actions.first_person import (
    cancel_account,
    cancel_deed,
    edit_account,
    edit_deed,
    record_account,
    record_deed,
)
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.first_person import DeedForm, DeedKind
from reports.filters.first_person import AccountFilter, DeedFilter
from reports.forms.base import key_in
from reports.forms.first_person import (
    AccountEntry,
    DeedEntry,
    account_initial,
    deed_initial,
    holder_key,
)
from reports.forms.meetings import CancelForm
from reports.models import AccountGiven, Appointment, Deed, Meeting, Person, Unit
from reports.selectors.evidence import evidence_of
from reports.selectors.first_person import (
    LINKS,
    accounts_for,
    address_of_deeds,
    deed_counts,
    deeds_for,
    holders_for,
    linked_record,
    may_record_of,
    offers_for,
    post_on,
    yet_to_give,
)
from reports.selectors.history import changes_of
from reports.tables.first_person import AccountTable, DeedTable
from reports.views.mixins import FIRST_YEAR, LAST_YEAR, DayMixin, OfficialPaper, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin, ticked

PLACE = {"bureau": (Unit, gettext_lazy("分局")), "unit": (Unit, gettext_lazy("单位"))}
# More heads than anybody reads; the number says how many there are.
YET_SHOWN = 100
# More is no paper that anybody reads.
MOST_PRINTED = 500
MEETINGS_OFFERED = 60

# --- deeds ---------------------------------------------------------------------------------------


class DeedList(SelectionMixin, ScopeMixin, TablePage):
    table_class = DeedTable
    filterset_class = DeedFilter
    template_name = "reports/first_person/deeds.html"
    title = gettext_lazy("履职记录")
    empty_hint = gettext_lazy(
        "还没有履职记录。从会议、问题、措施、上级任务页面点“记为履职”，不必重录。"
    )
    selections = PLACE | {"person": (Person, gettext_lazy("履职人"))}

    @cached_property
    def shown_year(self) -> int | None:
        return None if ticked(self.request, "all_years") else self.year

    def get_queryset(self):
        return deeds_for(
            self.scope,
            on=self.on,
            year=self.shown_year,
            kinds=[kind for kind in self.request.GET.getlist("kind") if kind],
            cancelled=ticked(self.request, "cancelled"),
            **self.keys,
        )

    def get_context_data(self, **kwargs):
        counts = deed_counts(self.scope, on=self.on, year=self.shown_year, **self.keys)
        chosen = self.keys | ({} if self.shown_year is None else {"year": self.shown_year})
        if self.shown_year is None:
            chosen["all_years"] = 1
        if self.days.is_past:
            chosen["on"] = self.on.isoformat()
        return super().get_context_data(**kwargs) | {
            "shown_year": self.shown_year,
            "counts": [
                (kind, number, address_of_deeds(kinds=[kind.value], **chosen))
                for kind, number in counts.by_kind.items()
            ],
            "may_record": self.scope.allows(Act.RECORD_DEED),
        }


class DeedPage(ScopeMixin, DayMixin):
    """What the pages about one deed share; ``acts`` says that the page changes it."""

    acts = False
    title = ""

    @cached_property
    def deed(self) -> Deed:
        rows = Deed.objects.select_related(
            "unit", "bureau", "person", "post", "recorded_by", "cancelled_by"
        )
        return self.get_visible(rows, self.kwargs["pk"])

    @cached_property
    def may_record(self) -> bool:
        deed = self.deed
        return may_record_of(
            self.scope, Act.RECORD_DEED, unit=deed.unit, person_user=deed.person.user_id
        )

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.acts:
            self.require(Act.RECORD_DEED, self.deed)
            if not self.may_record:
                raise PermissionDenied(_("领导只能记录本人的履职。"))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"deed": self.deed, "title": self.title}


class DeedDetail(DeedPage, TemplateView):
    template_name = "reports/first_person/deed.html"

    def get_context_data(self, **kwargs):
        deed = self.deed
        live = not deed.is_cancelled and not self.days.is_past
        may_add = live and self.scope.may(Act.ADD_EVIDENCE, deed)
        return super().get_context_data(**kwargs) | {
            "linked": linked_record(self.scope, deed),
            "duties": deed.duties.select_related("duty_list").order_by("duty_list", "position"),
            "evidence": evidence_of(self.scope, deed=deed.pk),
            "add": reverse("reports:evidence-add", args=["deed", deed.pk]) if may_add else "",
            "may_record": live and self.may_record,
            "changes": changes_of(deed),
        }


class DeedNew(ScopeMixin, DayMixin, FormView):
    """A deed; the record that the address names is linked, and gives its title and day."""

    form_class = DeedEntry
    template_name = "reports/first_person/deed_form.html"
    needs = Act.RECORD_DEED

    @cached_property
    def linked(self) -> dict[str, object]:
        """The record that the address names; what lies outside the scope does not exist."""
        for name in LINKS:
            if typed := self.request.GET.get(name, ""):
                return {name: self.read(name, key_in(typed) or 0)}
        return {}

    def read(self, name: str, pk: int):
        rows = LINKS[name].objects.select_related("unit", "bureau")
        if name == "record":
            rows = rows.select_related("kind")
        return self.get_visible(rows, pk)

    @cached_property
    def holders(self) -> list[Appointment]:
        """Who may be recorded; beside a linked record those of its bureau alone."""
        found = holders_for(self.scope, Act.RECORD_DEED, today=self.today)
        if self.linked:
            (record,) = self.linked.values()
            found = [each for each in found if each.unit.bureau_id == record.bureau_id]
        return found

    @property
    def linked_title(self) -> str:
        (record,) = self.linked.values()
        return getattr(record, "title", str(record))

    def get_initial(self):
        asked = self.request.GET
        found = {"on": self.today, "kind": asked.get("kind") or DeedKind.DEPLOYED.value}
        wanted = key_in(asked.get("person"))
        held = [each for each in self.holders if each.person_id == wanted]
        if self.linked:
            (record,) = self.linked.values()
            found["title"] = self.linked_title[:200]
            if isinstance(record, Meeting):
                found |= {"on": record.held_on, "form": DeedForm.MEETING.value}
                held = held or [e for e in self.holders if e.person_id == record.presided_by_id]
        if held:
            found["holder"] = holder_key(held[0])
        return found

    def get_form_kwargs(self):
        linked = self.linked
        return super().get_form_kwargs() | {
            "holders": self.holders,
            "today": self.today,
            "linked": linked,
            "linked_title": self.linked_title if linked else "",
            "offers": {} if linked else offers_for(self.scope, today=self.today),
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("记录履职"),
            "linked": next(iter(self.linked.values()), None),
            "nobody": not self.holders,
        }

    def form_valid(self, form):
        links = self.linked
        if form.chosen_link:
            name, pk = form.chosen_link
            links = {name: self.read(name, pk)}
        try:
            deed = record_deed(
                form.draft(links), by=self.request.user, at=timezone.now(), today=self.today
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已记录：%(title)s。") % {"title": deed.title})
        return redirect(deed)


class DeedEdit(DeedPage, FormView):
    form_class = DeedEntry
    template_name = "reports/first_person/deed_form.html"
    acts = True
    title = gettext_lazy("修改履职记录")

    def get_initial(self):
        return deed_initial(self.deed)

    def get_form_kwargs(self):
        deed = self.deed
        held = post_on(deed.person_id, deed.unit_id, deed.on)
        held = held or Appointment(post=deed.post, first_day=deed.on, acting=deed.acting)
        held.person, held.unit = deed.person, deed.unit
        return super().get_form_kwargs() | {
            "holders": [held],
            "today": self.today,
            "deed": deed,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"linked": linked_record(self.scope, self.deed)}

    def form_valid(self, form):
        links = {name: getattr(self.deed, name) for name in LINKS if getattr(self.deed, name)}
        try:
            edit_deed(deed_id=self.deed.pk, draft=form.draft(links), today=self.today)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect(self.deed)


class DeedCancel(DeedPage, FormView):
    form_class = CancelForm
    template_name = "reports/cancel.html"
    acts = True
    title = gettext_lazy("作废履职记录")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"record": self.deed}

    def form_valid(self, form):
        try:
            cancel_deed(
                deed_id=self.deed.pk,
                because=form.cleaned_data["because"],
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("履职记录已作废。"))
        return redirect(self.deed)


# --- accounts given ------------------------------------------------------------------------------


class AccountList(SelectionMixin, ScopeMixin, TablePage):
    """The accounts given of a year, and who has given none yet.

    In a year account is given of the one before it, unless the address names another.
    """

    table_class = AccountTable
    filterset_class = AccountFilter
    template_name = "reports/first_person/accounts.html"
    title = pgettext_lazy("several", "述法")
    empty_hint = gettext_lazy("该年度还没有述法记录。")
    selections = PLACE

    @cached_property
    def of(self) -> int:
        asked = key_in(self.request.GET.get("of"))
        return asked if asked and FIRST_YEAR <= asked <= LAST_YEAR else self.year - 1

    def get_filterset_kwargs(self, filterset_class):
        """The field shows the year the list is of, also where nobody asked for one."""
        kwargs = super().get_filterset_kwargs(filterset_class)
        data = self.request.GET.copy()
        data["of"] = str(self.of)
        return kwargs | {"data": data}

    def get_queryset(self):
        return accounts_for(
            self.scope,
            on=self.on,
            year=self.of,
            cancelled=ticked(self.request, "cancelled"),
            **self.keys,
        )

    def get_context_data(self, **kwargs):
        yet = yet_to_give(self.scope, year=self.of, on=self.on, **self.keys)
        shown = list(yet[: YET_SHOWN + 1])
        return super().get_context_data(**kwargs) | {
            "of": self.of,
            "yet": shown[:YET_SHOWN],
            "yet_count": len(shown) if len(shown) <= YET_SHOWN else yet.count(),
            "given_count": accounts_for(self.scope, on=self.on, year=self.of, **self.keys).count(),
            "may_record": self.scope.allows(Act.RECORD_ACCOUNT) and not self.days.is_past,
        }


class AccountPrint(OfficialPaper, AccountList):
    """The list on A4 landscape: who gave account, when and before whom, and who did not."""

    template_name = "reports/first_person/accounts_print.html"
    exports = False

    def get_context_data(self, **kwargs):
        rows = list(self.object_list[: MOST_PRINTED + 1])
        return super().get_context_data(**kwargs) | {
            "rows": rows[:MOST_PRINTED],
            "cut": MOST_PRINTED if len(rows) > MOST_PRINTED else None,
        }


def meetings_to_choose(scope, act: Act, *, today, besides: int | None = None):
    """Late meetings at which account may have been given."""
    rows = scope.limit(Meeting.objects.standing(), act)
    rows = rows.filter(held_on__range=(today.replace(year=today.year - 1, day=1), today))
    rows = rows.filter(unit__kind__is_body=True) | rows.filter(unit=F("bureau"))
    found = rows.order_by("-held_on", "-pk").values("pk")[:MEETINGS_OFFERED]
    chosen = Meeting.objects.filter(Q(pk__in=found) | Q(pk=besides))
    return chosen.select_related("unit").order_by("-held_on", "-pk")


class AccountPage(ScopeMixin, DayMixin):
    """What the pages about one account share; ``act`` is what the page does."""

    act: Act = Act.READ
    title = ""

    @cached_property
    def account(self) -> AccountGiven:
        rows = AccountGiven.objects.select_related(
            "unit", "bureau", "person", "post", "meeting__unit", "recorded_by", "cancelled_by"
        )
        return self.get_visible(rows, self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.act != Act.READ:
            self.require(self.act, self.account)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"account": self.account, "title": self.title}


class AccountDetail(AccountPage, TemplateView):
    template_name = "reports/first_person/account.html"

    def get_context_data(self, **kwargs):
        account = self.account
        live = not account.is_cancelled and not self.days.is_past
        may_add = live and self.scope.may(Act.ADD_EVIDENCE, account)
        problems = self.visible(account.problems.standing()).select_related("unit")
        meeting = account.meeting
        return super().get_context_data(**kwargs) | {
            "problems": list(problems.order_by("year", "pk")),
            "may_read_meeting": meeting is not None and self.scope.may(Act.READ, meeting),
            "evidence": evidence_of(self.scope, account=account.pk),
            "add": reverse("reports:evidence-add", args=["account", account.pk]) if may_add else "",
            "may_record": live and self.scope.may(Act.RECORD_ACCOUNT, account),
            "may_register": live and self.scope.may(Act.REGISTER_PROBLEM, account),
            "changes": changes_of(account),
        }


class AccountNew(ScopeMixin, DayMixin, FormView):
    form_class = AccountEntry
    template_name = "reports/first_person/account_form.html"
    needs = Act.RECORD_ACCOUNT

    @cached_property
    def holders(self) -> list[Appointment]:
        return holders_for(self.scope, Act.RECORD_ACCOUNT, today=self.today)

    def get_initial(self):
        asked = self.request.GET
        found = {"year": key_in(asked.get("of")) or self.today.year - 1, "on": self.today}
        person, unit = key_in(asked.get("person")), key_in(asked.get("unit"))
        for each in self.holders:
            if each.person_id == person and unit in (None, each.unit_id):
                found["holder"] = holder_key(each)
                break
        return found

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "holders": self.holders,
            "meetings": meetings_to_choose(self.scope, Act.RECORD_ACCOUNT, today=self.today),
            "today": self.today,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("录入述法"),
            "nobody": not self.holders,
        }

    def form_valid(self, form):
        try:
            account = record_account(
                form.draft(), by=self.request.user, at=timezone.now(), today=self.today
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("述法已录入。"))
        return redirect(account)


class AccountEdit(AccountPage, FormView):
    form_class = AccountEntry
    template_name = "reports/first_person/account_form.html"
    act = Act.RECORD_ACCOUNT
    title = gettext_lazy("修改述法")

    def get_initial(self):
        return account_initial(self.account)

    def get_form_kwargs(self):
        account = self.account
        if account.post is None:
            raise Http404
        held = Appointment(
            person=account.person, unit=account.unit, post=account.post, first_day=account.on
        )
        return super().get_form_kwargs() | {
            "holders": [held],
            "meetings": meetings_to_choose(
                self.scope, Act.RECORD_ACCOUNT, today=self.today, besides=account.meeting_id
            ),
            "today": self.today,
            "account": account,
        }

    def form_valid(self, form):
        try:
            edit_account(account_id=self.account.pk, draft=form.draft(), today=self.today)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect(self.account)


class AccountCancel(AccountPage, FormView):
    form_class = CancelForm
    template_name = "reports/cancel.html"
    act = Act.RECORD_ACCOUNT
    title = gettext_lazy("作废述法")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"record": self.account}

    def form_valid(self, form):
        try:
            cancel_account(
                account_id=self.account.pk,
                because=form.cleaned_data["because"],
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("述法已作废。"))
        return redirect(self.account)
