"""What one bureau's annual report for 2023 publishes, as facts in our own words.

Nothing is published about single meetings, so the bureau has no ledger day: nothing is owed and
nothing is invented.
"""

from .stage import Stage


def publish(stage: Stage) -> None:
    """Enter the bureau."""
    from reports.actions.units import UnitDraft, create_units  # noqa: PLC0415

    (stage.published,) = create_units(
        [UnitDraft("市公安局萧山区分局", stage.kinds["bureau"], position=20)], by=None, at=stage.now
    )
