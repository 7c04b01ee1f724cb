"""Prints as JSON what a trial left: titles of meetings, and whether each file is what it was."""

import hashlib
import json
from collections import Counter

import django

django.setup()

from reports.models import Evidence, Meeting  # noqa: E402
from reports.models.base import evidence_storage  # noqa: E402

# Clerks put their login into the title; what the filling made has other ones.
CLERKS = "clerk"


def main() -> None:
    titles = Counter(
        Meeting.objects.filter(title__startswith=CLERKS).values_list("title", flat=True)
    )
    damaged, stored = [], set()
    for evidence in Evidence.objects.exclude(file="").order_by("pk"):
        stored.add(evidence.file.name)
        try:
            with evidence.file.open("rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest()
        except OSError:
            digest = ""
        if digest != evidence.sha256:
            damaged.append(evidence.title)
    print(
        json.dumps(
            {
                "titles": titles,
                "files": Counter(Evidence.objects.exclude(file="").values_list("title", flat=True)),
                "damaged": damaged,
                "without a row": sorted(everything(evidence_storage(), "") - stored),
            }
        )
    )


def everything(storage, folder: str) -> set[str]:
    """The names of all that is stored below a folder."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return set()
    place = f"{folder}/" if folder else ""
    names = {f"{place}{name}" for name in files if name}
    for each in folders:
        names |= everything(storage, f"{place}{each}")
    return names


if __name__ == "__main__":
    main()
