"""The shell's door: what a command changes is told to the audit log, as what a page changes is."""

from importlib import import_module

from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand

# They make the tables, or work on other ones; the worker tells of each job itself.
NOT_TOLD = frozenset(
    {"migrate", "makemigrations", "flush", "test", "testserver", "runserver", "work_jobs"}
)


class TellingUtility(ManagementUtility):
    """``manage.py``; commands called from within other code pass through that code's own door."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        command = super().fetch_command(subcommand)
        if subcommand in NOT_TOLD:
            return command
        # Not before the applications are loaded.
        trail = import_module("reports.management.audit_trail")
        return trail.telling(command, subcommand, self.argv[2:])
