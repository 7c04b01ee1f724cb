"""The ledger. Its version stands here and nowhere else."""

__version__ = "1.0.0"
