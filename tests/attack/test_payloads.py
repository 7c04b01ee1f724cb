"""Attacks whoever reads: mark-up, formulas and code in every text that anything stores.

All stored texts become payloads, then every page, paper, sheet, calendar and mail is read for
something that came alive. A model or an address that is added is attacked without a line here.
"""

import contextlib

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat, Substr

from reports.models import AuditEntry, AuditSeal, Reminder
from tests.attack.robot import (
    ELEMENT,
    STARTS,
    admin_addresses,
    alive,
    body,
    kind_of,
    pages,
    payload,
    url_of,
)
from tests.views.test_matrix import LEGAL, SECURITY, SUPERVISOR, SYSTEM, logged_in

pytestmark = pytest.mark.django_db

# Written by the ledger itself, never by a person: keys, paths, hashes, codes that stand for rules.
OURS = frozenset(
    [
        "code",
        "codename",
        "path",
        "sha256",
        "media_type",
        "password",
        "counter",
        "field",
        "group",
        "key",
        "figure",
        "field_name",
        "session_key",
        "session_data",
        "app_label",
        "model",
        "object_id",
        "change_message",
        "username",
        "imported_from",
        "kind",
    ]
)


def typed_fields(model):
    """The texts of a model that a person may have typed."""
    for field in model._meta.concrete_fields:
        text = isinstance(field, models.CharField | models.TextField)
        made_here = isinstance(field, models.FileField) or field.primary_key or field.choices
        if text and not made_here and field.name not in OURS:
            yield field


def spoil(model, field, text):
    """Put the text into every row; where a blank says something of the row, into the others."""
    rows = model._base_manager.all()
    for some in (rows, rows.exclude(**{field.name: ""})):
        with contextlib.suppress(IntegrityError), transaction.atomic():
            some.update(**{field.name: text})
            return True
    return False


def spoil_everything():
    """Every typed text of every row becomes a payload; the fields whose rows refused it."""
    refused, number = [], 0
    for model in apps.get_models():
        if model._meta.app_label not in ("reports", "auth") or model._meta.proxy:
            continue
        if model in (AuditEntry, AuditSeal):
            continue  # append-only, held by the database
        for field in typed_fields(model):
            # The key of the row keeps apart what may stand only once.
            key = Cast(F("pk"), models.CharField())
            parts = Value(STARTS[number % len(STARTS)]), key, Value(payload("", f"n{number}"))
            if not spoil(model, field, Substr(Concat(*parts), 1, field.max_length or 2000)):
                refused.append(f"{model.__name__}.{field.name}")
            number += 1
    assert number > 250
    return refused


def read(client, address):
    answer = client.get(address)
    return kind_of(answer), answer.status_code, body(answer)


def test_no_stored_text_comes_alive_on_any_page_paper_or_sheet(world):
    refused = spoil_everything()
    here = world.places["own"]
    found, seen = {}, set()

    for role in (LEGAL, SUPERVISOR):
        client = logged_in(world.logins[role])
        for name in pages():
            if role == SUPERVISOR and name not in ("dashboard", "bureau-list", "city-summary",
                                                   "city-summary-sheet", "city-summary-docx",
                                                   "report-city"):  # fmt: skip
                continue
            if name == "job-file":
                continue  # what stands for a pack in this world is a note
            address = url_of(name, here)
            kind, code, content = read(client, address)
            found[name, role, code >= 500] = alive(kind, content)
            if f"&lt;{ELEMENT}".encode() in content or f"<{ELEMENT}".encode() in content:
                seen.add(kind)

    assert refused == []
    assert {key: what for key, what in found.items() if what or key[2]} == {}
    assert {"html", "csv", "text", "pdf"} >= seen >= {"html"}


def test_no_stored_text_comes_alive_in_an_exported_list(world):
    spoil_everything()
    here, client = world.places["own"], logged_in(world.logins[LEGAL])
    found, kinds = {}, []

    for name in pages():
        if not name.endswith("-list") and name not in ("gap-list", "evidence-lacking", "staffing"):
            continue
        address = url_of(name, here)
        for wanted in ("csv", "xlsx"):
            kind, _code, content = read(client, f"{address}?_export={wanted}&reason=x")
            if kind == wanted:
                kinds.append(kind)
                found[name, kind] = alive(kind, content)

    assert kinds.count("csv") > 20
    assert kinds.count("xlsx") > 20
    assert {key: what for key, what in found.items() if what} == {}


def test_no_stored_text_comes_alive_in_the_administration(world):
    spoil_everything()
    found, opened = {}, set()

    for role in (SYSTEM, SECURITY, LEGAL):
        client = logged_in(world.logins[role])
        for address in admin_addresses():
            if address in opened:
                continue
            kind, code, content = read(client, address)
            if code == 200:
                opened.add(address)
                found[address] = alive(kind, content)

    assert len(opened) > 80
    assert {key: what for key, what in found.items() if what} == {}


def test_no_stored_text_comes_alive_in_a_mail(world, settings):
    settings.SITE_ADDRESS = "https://ledger.example"
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "127.0.0.1", "ledger@ledger.example"
    user = world.logins[LEGAL]
    Reminder.objects.create(user=user, how_often="daily")
    spoil_everything()
    User.objects.filter(pk=user.pk).update(email="legal@ledger.example")

    call_command("send_digest", verbosity=0)

    (sent,) = mail.outbox
    raw = sent.message()
    assert raw.get_content_type() == "text/plain"
    assert raw.get_all("To") == ["legal@ledger.example"]
    assert raw.get_all("Bcc") is None
    assert "\n" not in sent.subject
    assert f"<{ELEMENT}" in sent.body
