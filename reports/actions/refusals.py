"""What an action raises when a rule says no."""

from collections.abc import Iterable


class Refused(Exception):
    """A rule of the work forbids it; ``reasons`` are sentences a clerk understands."""

    def __init__(self, reasons: Iterable[object]):
        self.reasons = [str(reason) for reason in reasons]
        super().__init__(" ".join(self.reasons))
