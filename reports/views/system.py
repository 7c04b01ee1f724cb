"""How the machine stands, for who runs it."""

from django.utils import timezone
from django.views.generic import TemplateView

from reports.domain.access import Act
from reports.domain.system import Health, worst
from reports.models.choices import HEALTH_LABELS
from reports.selectors import backups
from reports.selectors.system import Happened, system_parts
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin

# The shape says what the colour does, for who sees none.
TONES = {Health.GOOD: "good", Health.ATTENTION: "warn", Health.FAULT: "bad"}
SHAPES = {Health.GOOD: "●", Health.ATTENTION: "▲", Health.FAULT: "■"}


def badge(health: Health) -> tuple[str, str, object]:
    """Tone, shape and word of how something stands."""
    return TONES[health], SHAPES[health], HEALTH_LABELS[health]


class SystemPage(ScopeMixin, DayMixin, TemplateView):
    needs = Act.WATCH_SYSTEM
    shows_records = False
    template_name = "reports/system/page.html"

    def get_context_data(self, **kwargs):
        now = timezone.now()
        parts = system_parts(
            now=now,
            today=self.today,
            backup=self.last_backup(),
            restore_test=self.last_restore_test(),
        )
        return super().get_context_data(**kwargs) | {
            "parts": [
                (part.name, [(line, badge(line.health)) for line in part.lines]) for part in parts
            ],
            "whole": badge(worst([part.health for part in parts])),
            "to_do": sum(line.health != Health.GOOD for part in parts for line in part.lines),
            "checked_at": now,
        }

    def last_backup(self) -> Happened | None:
        """The last good backup, or the one that failed after it; None: never."""
        run = backups.last_backup()
        failed = backups.last_failed_backup(run.taken_at if run else None)
        if failed is not None:
            return Happened(failed.ended_at, False, failed.message)
        return None if run is None else Happened(run.taken_at)

    def last_restore_test(self) -> Happened | None:
        run = backups.last_restore_test()
        return None if run is None else Happened(run.ended_at, run.ok, run.message)
