from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from reports.actions.beginning import start_token
from reports.selectors.beginning import ledger_has_begun


class Command(BaseCommand):
    help = "Print the token that the page of the first start asks for. Refused once it is started."

    def handle(self, **options):
        if settings.DEMO or ledger_has_begun():
            raise CommandError(_("台账已启用，不再需要启用口令。"))
        self.stdout.write(start_token())
