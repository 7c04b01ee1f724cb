"""Who stands in for a person on leave, and how often mail tells of what waits."""

from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.domain.reminders import reasons_against_deputy
from reports.models import Deputy, Reminder
from reports.models.choices import AGAINST_DEPUTY_SENTENCES, HowOften
from reports.selectors.reminders import able_to_stand_in, overlapping
from reports.selectors.scope import Scope


class CannotNameDeputy(Refused):
    """The deputy cannot be named, with every reason."""


class CannotRemind(Refused):
    """Mail cannot be sent to this person."""


@transaction.atomic
def name_deputy(
    *,
    scope: Scope,
    user: User,
    deputy: User,
    first_day: date,
    last_day: date,
    at: datetime,
    today: date,
) -> Deputy:
    """Between two days what waits for the user waits for the deputy, too.

    ``scope`` is the user's own. Refuses oneself, days that are over or in the wrong order, a
    second deputy for the same days, one who is on leave as well, and one who may not do all of it.
    """
    list(User.objects.select_for_update().filter(pk=user.pk).values_list("pk"))
    reasons = reasons_against_deputy(
        oneself=user.pk == deputy.pk,
        able=able_to_stand_in(scope, deputy, on=max(first_day, today)),
        overlaps=overlapping(user, first_day, last_day).exists(),
        deputy_away=overlapping(deputy, first_day, last_day).exists(),
        first_day=first_day,
        last_day=last_day,
        today=today,
    )
    if reasons:
        raise CannotNameDeputy([AGAINST_DEPUTY_SENTENCES[reason] for reason in reasons])
    return Deputy.objects.create(
        user=user,
        deputy=deputy,
        first_day=first_day,
        last_day=last_day,
        recorded_at=at,
        recorded_by=user,
    )


@transaction.atomic
def end_leave(*, deputy_id: int, today: date) -> bool:
    """End a leave that runs: yesterday was its last day. One not begun yet goes altogether, and
    stays in the history of changes. Says whether it was there; pressed twice it ends once.
    """
    leave = Deputy.objects.select_for_update().filter(pk=deputy_id, last_day__gte=today).first()
    if leave is None:
        return False
    if leave.first_day >= today:
        leave.delete()
    else:
        leave.last_day = today - timedelta(days=1)
        leave.save()
    return True


@transaction.atomic
def choose_reminder(*, user: User, how_often: HowOften) -> Reminder:
    """How often mail tells of what waits. Refuses mail to a login without an address."""
    if how_often != HowOften.NEVER and not user.email:
        raise CannotRemind([_("您的账号没有登记电子邮箱，请先由系统管理员登记。")])
    reminder, _made = Reminder.objects.select_for_update().get_or_create(user=user)
    reminder.how_often = how_often.value
    reminder.save()
    return reminder


@transaction.atomic
def note_sent(*, reminder_id: int, on: date) -> None:
    """The mail of that day has left; a later run sends no second one."""
    reminder = Reminder.objects.select_for_update().get(pk=reminder_id)
    reminder.sent_on = on
    reminder.save(update_fields=["sent_on"])
