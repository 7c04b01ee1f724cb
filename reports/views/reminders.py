"""What each person sets for herself: leave with a deputy, and mail that tells of what waits."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View

from reports.actions.refusals import Refused
from reports.actions.reminders import choose_reminder, end_leave, name_deputy
from reports.forms.reminders import LeaveForm, ReminderForm
from reports.models import Deputy, Reminder
from reports.models.choices import HowOften
from reports.selectors.reminders import colleagues, deputies_of, stands_in_for
from reports.views.mixins import DayMixin, refused
from reports.views.scoped import ScopeMixin


class Leave(ScopeMixin, DayMixin, FormView):
    form_class = LeaveForm
    template_name = "reports/reminders/leave.html"
    success_url = reverse_lazy("reports:leave")
    title = gettext_lazy("请假代办")

    def get_form_kwargs(self):
        here = colleagues(self.scope, today=self.today)
        return super().get_form_kwargs() | {"colleagues": here, "today": self.today}

    def get_initial(self):
        return {"first_day": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "leaves": deputies_of(self.request.user, today=self.today),
            "stands_in": stands_in_for(self.request.user, today=self.today),
        }

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            name_deputy(
                scope=self.scope,
                user=self.request.user,
                at=timezone.now(),
                today=self.today,
                **given,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        deputy = given["deputy"]
        who = {"who": deputy.get_full_name() or deputy.get_username()}
        messages.success(self.request, _("已指定%(who)s代办。") % who)
        return super().form_valid(form)


class LeaveCancel(ScopeMixin, DayMixin, View):
    """Ending one's own leave; that of others does not exist here."""

    http_method_names = ("post",)

    def post(self, request, pk):
        leave = get_object_or_404(Deputy, pk=pk, user=request.user)
        if end_leave(deputy_id=leave.pk, today=self.today):
            messages.success(request, _("代办已取消。"))
        else:
            messages.error(request, _("这次请假已经结束。"))
        return redirect("reports:leave")


class MailReminder(ScopeMixin, DayMixin, FormView):
    form_class = ReminderForm
    template_name = "reports/reminders/reminder.html"
    success_url = reverse_lazy("reports:reminder")
    title = gettext_lazy("邮件提醒")

    @property
    def reminder(self) -> Reminder | None:
        return Reminder.objects.filter(user=self.request.user).first()

    def get_initial(self):
        known = self.reminder
        return {"how_often": known.how_often if known else HowOften.NEVER.value}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "address": self.request.user.email,
            "sends_mail": bool(settings.EMAIL_HOST),
        }

    def form_valid(self, form):
        try:
            choose_reminder(
                user=self.request.user, how_often=HowOften(form.cleaned_data["how_often"])
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return super().form_valid(form)
