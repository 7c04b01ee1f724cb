"""Attacks what takes something in: each form of each page, filled in by a robot.

Once with texts that are mark-up, formulas, endless or no texts at all: taken or refused with a
sentence, never an error. Once with fields that the form does not have: nothing changes by them.
"""

import re
from itertools import zip_longest
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection, models, transaction

from reports.models import Due, Waiver
from tests.attack.robot import (
    FULL,
    MARKUP,
    alive,
    body,
    fields_of,
    fill,
    is_text,
    kind_of,
    pages,
    plausible,
    posting,
    share,
    url_of,
    who_may,
)
from tests.views.test_matrix import logged_in

pytestmark = pytest.mark.django_db

LONGEST = 12_000
PAYLOADS = {
    "mark-up": "=HYPERLINK(1)" + MARKUP.format(n=1),
    "no text": "a\x00b\u202e\x07\ufeff\ufffe\r\n\x1b[2J",
}
if FULL:
    PAYLOADS |= {"endless": "长" * LONGEST, "template": "{{7*7}}${7*7}%s%(x)s{0.__class__}\\x"}
# Papers and files hold no form, and take the longest to make.
NO_FORMS = re.compile("(docx|pdf|sheet|pack|file|print|html|text|ics|template|ledger|slip)$")


@pytest.fixture
def forms(world):
    """Every form of every page: its name, who may send it, where to, its controls and fields."""
    # The factories leave out what the action keeps beside a waiver.
    for waiver in Waiver.objects.all():
        Due.objects.filter(pk=waiver.due_id).update(waived_on=waiver.granted_on)
    found, here, seen = [], world.places["own"], set()
    clients = {role: logged_in(user) for role, user in world.logins.items()}
    for name in share(pages(), 4):
        role = who_may(name)
        if role is None or NO_FORMS.search(name):
            continue
        address = url_of(name, here)
        answer = clients[role].get(address)
        content = body(answer)
        if answer.status_code != 200 or kind_of(answer) != "html":
            continue
        fields = fields_of(answer)
        for action, form in posting(content, address):
            names = tuple(sorted({control.name for control in form.controls}))
            if (action, names) not in seen:
                seen.add((action, names))
                found.append((f"{name} → {action}", clients[role], action, form, fields))
    return found


def undone(client, action, sent):
    """The answer to what is sent, and then the ledger as before."""
    with transaction.atomic():
        try:
            answer = client.post(action, sent)
            content = body(answer)
        except Exception as error:
            answer, content = SimpleNamespace(status_code=repr(error)[:200], headers={}), b""
        transaction.set_rollback(True)
    return answer, content


def typed_in(payload, fields):
    """What the robot types: the payload where any words may stand, and how often it did."""
    count = [0]

    def typed(control):
        field = fields.get(control.name)
        if not is_text(control, field):
            return plausible(control, field)
        count[0] += 1
        longest = getattr(field, "max_length", None)
        return PAYLOADS[payload][: longest if payload == "mark-up" else None]

    return typed, count


def test_every_form_takes_or_refuses_any_text(forms):
    wrong, texts = {}, 0

    for payload in PAYLOADS:
        for name, client, action, form, fields in forms:
            typed, count = typed_in(payload, fields)
            answer, content = undone(client, action, fill(form, typed))
            texts += count[0]
            if answer.status_code not in (200, 302, 403, 404):
                wrong[payload, name] = answer.status_code
            elif found := alive(kind_of(answer), content):
                wrong[payload, name] = found

    assert texts > (500 if FULL else 60)
    assert wrong == {}


# What a page's code reads though not every form on the page draws it.
READ_AS_WELL = {"report-call-detail": {"note", "done"}}


def others():
    """Fields that no form here has: what the models have, with values somebody would like."""
    wanted = {"pk": "1", "id": "1", "user": "1", "is_superuser": "on", "is_staff": "on"}
    for model in apps.get_models():
        if model._meta.app_label not in ("reports", "auth"):
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey | models.IntegerField):
                value = "1"
            elif isinstance(field, models.BooleanField):
                value = "on"
            elif isinstance(field, models.DateField):
                value = "2026-01-02"
            else:
                value = field.choices[-1][0] if field.choices else "x"
            wanted.setdefault(field.name, str(value))
            wanted.setdefault(field.attname, str(value))
    return wanted | {"role": "system_admin", "state": "closed", "bureau": "1"}


def written(client, action, sent):
    """What sending it writes into the database, then undone."""
    wrote = []

    def watch(execute, sql, params, many, context):
        told = "reports_auditentry" in sql  # which names the fields that were sent
        if sql.split(maxsplit=1)[0].upper() in {"INSERT", "UPDATE", "DELETE"} and not told:
            wrote.append((sql, repr(params)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        answer, _content = undone(client, action, sent)
    return answer.status_code, wrote


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="sequences go on: what is undone leaves other keys"
)
def test_a_field_that_the_form_does_not_have_changes_nothing(forms):
    extra, changed, accepted = others(), {}, 0

    for name, client, action, form, fields in forms:
        sent = fill(
            form, lambda control, fields=fields: plausible(control, fields.get(control.name))
        )
        own = {control.name for control in form.controls} | set(fields)
        own |= READ_AS_WELL.get(name.split()[0], set())
        more = {key: value for key, value in extra.items() if key not in own}
        plain, with_more = written(client, action, sent), written(client, action, sent | more)
        accepted += bool(plain[1])
        if plain != with_more:
            pairs = zip_longest(plain[1], with_more[1])
            changed[name] = [pair for pair in pairs if pair[0] != pair[1]][:1] or plain[0]

    assert accepted > (20 if FULL else 3)
    assert changed == {}
