#!/usr/bin/env python
"""The command line of the ledger."""

import os
import sys

from config.commands import TellingUtility

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    TellingUtility(sys.argv).execute()
