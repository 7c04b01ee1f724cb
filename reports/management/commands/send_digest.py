import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from reports.actions.reminders import note_sent
from reports.exchange.digest import digest_of
from reports.models import Reminder
from reports.selectors.reminders import reminders_due
from reports.selectors.scope import scope_of

# No server answers: whoever comes after would wait as long for nothing.
MOST_UNREACHABLE = 3


class Command(BaseCommand):
    help = "Mail each person who wants it what waits, at most once a day. Safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="say who would get what")
        parser.add_argument("--on", type=date.fromisoformat, help="the day (default: today)")

    def handle(self, *, dry_run, on, verbosity, **options):
        today = timezone.localdate()
        if on is not None and on > today:
            raise CommandError(_("--on %(day)s：不能晚于今天。") % {"day": on})
        if not settings.EMAIL_HOST and not dry_run:
            raise CommandError(_("没有设置 SMTP_HOST，不能发邮件。"))
        self.verbosity, self.dry_run = verbosity, dry_run
        # Nothing tells which language a person reads; the page has it in a cookie.
        with override(settings.LANGUAGE_CODE):
            if dry_run:
                self.send_all(on or today)
                return
            with alone() as first:
                if first:
                    self.send_all(on or today)
                elif verbosity:
                    self.stdout.write(_("上一次发送还没有结束，本次不发。"))

    def send_all(self, day: date) -> None:
        sent, failed, unreachable = 0, [], 0
        for reminder in reminders_due(on=day):
            if unreachable >= MOST_UNREACHABLE:
                failed.append((reminder, _("发信服务器连接不上")))
                continue
            try:
                sent += self.send_one(reminder, day)
            except SMTPException as error:
                failed.append((reminder, error))
            except OSError as error:
                unreachable += 1
                failed.append((reminder, error))
        if self.verbosity and not self.dry_run:
            self.stdout.write(ngettext("已发送%(n)s封。", "已发送%(n)s封。", sent) % {"n": sent})
        if failed:
            reminder, error = failed[0]
            told = {"n": len(failed), "who": reminder.user, "why": one_line(error)}
            raise CommandError(
                ngettext(
                    "%(n)s封没有发出：%(who)s（%(why)s）",
                    "%(n)s封没有发出，第一封是%(who)s（%(why)s）",
                    len(failed),
                )
                % told
            )

    def send_one(self, reminder: Reminder, day: date) -> int:
        """1 when the mail has left, 0 when nothing waits."""
        user = reminder.user
        digest = digest_of(
            scope_of(user, today=day),
            name=user.get_full_name() or user.get_username(),
            address=settings.SITE_ADDRESS,
            today=day,
        )
        if digest is None:
            return 0
        if self.dry_run:
            self.stdout.write(f"{user.get_username()} <{user.email}>  {digest.subject}")
            if self.verbosity > 1:
                self.stdout.write(digest.text)
            return 1
        EmailMessage(
            digest.subject,
            digest.text,
            settings.DEFAULT_FROM_EMAIL,
            [user.email],
            headers={"Auto-Submitted": "auto-generated"},
        ).send()
        note_sent(reminder_id=reminder.pk, on=day)
        return 1


def one_line(error: object) -> str:
    return " ".join(str(error).split())


@contextmanager
def alone() -> Iterator[bool]:
    """Whether no other run is sending: of two at once one would not know what the other sent."""
    with (settings.VAR_ROOT / "digest.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
