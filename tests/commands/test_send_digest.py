"""Mail about what waits, through a real SMTP server of this test."""

import fcntl
import socketserver
import threading
from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest
from django.core.management import CommandError, call_command

from reports.domain.access import Role
from reports.models import Reminder
from tests.factories import (
    BureauFactory,
    DeputyFactory,
    MeasureFactory,
    ReminderFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db
WEDNESDAY, MONDAY = date(2026, 6, 10), date(2026, 6, 8)


class Sink(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a mail needs; an address that begins with "no" is refused."""

    def handle(self):
        self.say("220 sink")
        wanted = []
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "RCPT":
                address = line[line.index("<") + 1 : line.index(">")]
                if address.startswith("no"):
                    self.say("550 no such mailbox")
                    continue
                wanted.append(address)
            if word == "DATA":
                self.say("354 go ahead")
                self.server.mails.append((wanted, self.body()))
                wanted = []
            if word == "QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())

    def body(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return message_from_bytes(b"".join(lines), policy=default)


@pytest.fixture
def mails(settings, tmp_path):
    """What the server took: who it was for, and the message."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sink) as server:
        server.mails = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.DEFAULT_FROM_EMAIL = "ledger@example.org"
        settings.SITE_ADDRESS = "https://ledger.example"
        settings.VAR_ROOT = tmp_path
        yield server.mails
        server.shutdown()


@pytest.fixture
def station():
    return UnitFactory(parent=BureauFactory(), name="一所", ledger_from=None)


@pytest.fixture
def clerk(station):
    user = member(Role.CLERK, station, user__first_name="李峰", user__email="li@example.org")
    ReminderFactory(user=user)
    return user


def send(capsys, **options):
    call_command("send_digest", **options)
    return capsys.readouterr().out


def test_one_mail_tells_what_waits(mails, station, clerk, capsys):
    MeasureFactory(unit=station, title="清点案卷", due_on=date(2026, 6, 8))
    MeasureFactory(unit=station, title="开展培训", due_on=date(2026, 6, 12))

    out = send(capsys)

    ((wanted, mail),) = mails
    assert wanted == ["li@example.org"]
    assert (mail["From"], mail["To"]) == ("ledger@example.org", "li@example.org")
    assert mail["Subject"].strip() == "法治台账：2项待办，1项已过期限"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == [
        "李峰：",
        "",
        "截至2026年6月10日，您有2项待办。",
        "",
        "■ 已过期限",
        "1. [措施逾期] 清点案卷（一所，逾期2天）",
        "",
        "■ 七日内到期",
        "1. [措施将到期] 开展培训（一所，6月12日到期，还有2天）",
        "",
        "办理请登录法治台账“我的待办”：https://ledger.example/todo/",
        "此邮件自动发出，请勿回复；可在“邮件提醒”中改为每周一次或不发。",
    ]
    assert out == "已发送1封。\n"
    assert Reminder.objects.get().sent_on == WEDNESDAY


def test_a_second_run_sends_nothing(mails, station, clerk, capsys):
    MeasureFactory(unit=station, due_on=date(2026, 6, 12))
    send(capsys)

    out = send(capsys)

    assert (len(mails), out) == (1, "已发送0封。\n")


def test_silence_when_nothing_waits(mails, clerk, capsys):
    send(capsys)

    assert mails == []
    assert Reminder.objects.get().sent_on is None


def test_who_gets_none(mails, station, capsys):
    MeasureFactory(unit=station, due_on=date(2026, 6, 12))
    for n, (how_often, email, active) in enumerate(
        [("never", "a", True), ("weekly", "b", True), ("daily", "", True), ("daily", "d", False)]
    ):
        address = f"{email}@example.org" if email else ""
        user = member(
            Role.CLERK, station, user__email=address, user__is_active=active, user__username=f"u{n}"
        )
        ReminderFactory(user=user, how_often=how_often)

    send(capsys)
    on_wednesday = [wanted for wanted, _mail in mails]
    send(capsys, on=MONDAY)

    assert on_wednesday == []
    assert [wanted for wanted, _mail in mails] == [["b@example.org"]]


def test_a_mail_that_fails_leaves_the_others_sent(mails, station, capsys):
    MeasureFactory(unit=station, due_on=date(2026, 6, 12))
    for name in ("a", "no", "z"):
        user = member(Role.CLERK, station, user__email=f"{name}@example.org", user__username=name)
        ReminderFactory(user=user)

    with pytest.raises(CommandError) as error:
        send(capsys)
    again = [wanted for wanted, _mail in mails]
    with pytest.raises(CommandError):
        send(capsys)

    assert again == [["a@example.org"], ["z@example.org"]]
    assert len(mails) == 2
    said = str(error.value)
    assert said.startswith("1封没有发出：no（")
    assert len(said.splitlines()) == 1
    sent = Reminder.objects.filter(sent_on=WEDNESDAY).order_by("pk")
    assert [row.user.username for row in sent] == ["a", "z"]


def test_a_server_that_is_away_is_not_asked_for_ever(mails, settings, station, capsys):
    MeasureFactory(unit=station, due_on=date(2026, 6, 12))
    for n in range(5):
        ReminderFactory(user=member(Role.CLERK, station, user__email=f"{n}@example.org"))
    settings.EMAIL_PORT = 1

    with pytest.raises(CommandError) as error:
        send(capsys)

    assert str(error.value).startswith("5封没有发出，第一封是")
    assert Reminder.objects.filter(sent_on__isnull=False).count() == 0


def test_a_dry_run_says_and_sends_nothing(mails, station, clerk, capsys):
    MeasureFactory(unit=station, title="清点案卷", due_on=date(2026, 6, 12))

    short = send(capsys, dry_run=True)
    whole = send(capsys, dry_run=True, verbosity=2)

    assert short == f"{clerk.username} <li@example.org>  法治台账：1项待办\n"
    assert "清点案卷" in whole
    assert mails == []
    assert Reminder.objects.get().sent_on is None


def test_it_says_for_whom_one_stands_in(mails, station, clerk, capsys):
    legal = member(Role.LEGAL_OFFICER, station.bureau, user__email="zhou@example.org")
    ReminderFactory(user=legal)
    MeasureFactory(unit=station, title="清点案卷", due_on=date(2026, 6, 12))
    DeputyFactory(user=clerk, deputy=legal)

    send(capsys)

    texts = {wanted[0]: mail.get_content() for wanted, mail in mails}
    line = "1. [措施将到期] 清点案卷（一所，6月12日到期，还有2天{}）"
    assert line.format("，代李峰") in texts["zhou@example.org"]
    assert line.format("") in texts["li@example.org"]


def test_no_server_no_mail_and_no_day_to_come(settings, clerk):
    settings.EMAIL_HOST = ""

    with pytest.raises(CommandError, match="没有设置 SMTP_HOST"):
        call_command("send_digest")
    with pytest.raises(CommandError, match="不能晚于今天"):
        call_command("send_digest", on=date(2026, 6, 11))


def test_two_runs_at_once_send_once(mails, settings, station, clerk, capsys):
    MeasureFactory(unit=station, due_on=date(2026, 6, 12))
    with (settings.VAR_ROOT / "digest.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        out = send(capsys)

    assert (mails, out) == ([], "上一次发送还没有结束，本次不发。\n")
