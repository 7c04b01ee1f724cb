"""Every page of the administration opens, with search, in a fixed number of queries."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

PAGES = sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label)


@pytest.fixture
def everything(client):
    """Whoever may do everything: nobody in the ledger, but the widest door of the admin."""
    client.force_login(User.objects.create_superuser("root", password="x"))
    return client


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "page"), PAGES, ids=lambda value: str(value))
def test_admin_page_opens_with_search(everything, model, page, django_assert_max_num_queries):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    addresses = [reverse(f"{name}_changelist"), reverse(f"{name}_changelist") + "?q=x"]
    addresses.append(reverse(f"{name}_add"))

    for address in addresses:
        with django_assert_max_num_queries(20):
            answer = everything.get(address)
        assert answer.status_code == 200 or (answer.status_code == 403 and "add" in address)


@pytest.mark.parametrize(("model", "page"), PAGES, ids=lambda value: str(value))
def test_every_foreign_key_in_the_admin_is_looked_up_by_typing(model, page):
    links = {
        field.name
        for field in model._meta.fields
        if field.is_relation and field.editable and model._meta.app_label == "reports"
    }
    shown = links - set(page.readonly_fields) - set(page.exclude or ())
    if page.fields:
        shown &= set(page.fields)

    assert shown <= set(page.autocomplete_fields) | set(page.raw_id_fields)


def test_administration_is_there():
    assert [model for model, _page in PAGES if model._meta.app_label == "reports"]
