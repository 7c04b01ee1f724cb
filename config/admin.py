"""The admin with our own site: roles of the ledger open it, not Django's permission table."""

from django.contrib.admin.apps import AdminConfig


class LedgerAdmin(AdminConfig):
    default_site = "config.site.LedgerSite"
