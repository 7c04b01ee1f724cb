"""Setting aside stored files that no row names."""

import os
from datetime import datetime
from pathlib import Path

from django.core.files.storage import storages

from reports.selectors.stored_files import orphans

# Inside the evidence folder; the check passes it by.
ASIDE = ".orphans"


def set_orphans_aside(*, before: datetime) -> list[str]:
    """Move files that no row names and that are older than ``before`` to ``.orphans/``.

    Nothing is deleted: after a restore of an older database the files may be wanted. Younger ones
    stay, for somebody may be handing them in. Gives their names.
    """
    storage = storages["evidence"]
    moved = []
    for name in orphans():
        path = Path(storage.path(name))
        try:
            if path.stat().st_mtime >= before.timestamp():
                continue
            target = Path(storage.path(ASIDE)) / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.replace(path, target)
        except FileNotFoundError:
            continue
        moved.append(name)
    return moved
