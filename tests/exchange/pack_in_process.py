"""Packs so many MiB of files in a process of its own and prints what that cost.

``python -m tests.exchange.pack_in_process FOLDER MEBIBYTES [FILES]``: the peak of the memory
before and after packing in KiB, and the seconds it took.
"""

import hashlib
import os
import resource
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

MEBIBYTE = 1024 * 1024


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(folder: Path, mebibytes: int, files: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
    os.environ["VAR_ROOT"] = str(folder)
    import django

    django.setup()
    from reports.exchange.evidence_pack import write_pack
    from reports.models import Unit
    from reports.selectors.packs import PackEntry, PackFile, PackSchedule

    chunk = Random(1).randbytes(MEBIBYTE)
    each = mebibytes * MEBIBYTE // files
    store = folder / "evidence"
    store.mkdir(parents=True)
    schedule = PackSchedule("每周法制学习")
    for number in range(files):
        digest, left = hashlib.sha256(), each
        with (store / f"{number}.pdf").open("wb") as file:
            while left:
                part = chunk[:left]
                file.write(part)
                digest.update(part)
                left -= len(part)
        paper = PackFile(
            *("minutes", f"第{number + 1}周会议记录", f"{number}.pdf", f"{number}.pdf", each),
            *(digest.hexdigest(), "internal", "", datetime(2026, 6, 10, tzinfo=UTC)),
            *("", "", None, ""),
        )
        day = date(2026, 6, 10)
        entry = PackEntry(f"第{number + 1}周法制学习", "一所", day, day, files=[paper])
        schedule.entries.append(entry)
    before, begun = peak(), time.monotonic()
    with (folder / "pack.zip").open("wb") as target:
        packed = write_pack(
            target,
            [schedule],
            unit=Unit(name="一所"),
            about=[],
            moment=datetime(2026, 6, 10, tzinfo=UTC),
            tell=lambda done, total: None,
        )
    assert packed.files == files, packed.troubles
    sys.stdout.write(f"{before} {peak()} {time.monotonic() - begun:.1f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 15)
