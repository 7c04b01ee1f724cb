"""The catalogue of translations, without gettext: Chinese in the sources, English in the .po.

    catalogue.py                 take new sentences from the sources, drop dead ones, compile
    catalogue.py --check         say whether the two files are up to date (exit 1 if not)
    catalogue.py --missing       print the sentences without English as JSON
    catalogue.py --fill F.json   write translations, such as {"中文": "English"}

In the JSON files a sentence with a plural has two translations, ["one", "other"], and a sentence
with a context is written "context|sentence".
"""

import argparse
import ast
import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale/en/LC_MESSAGES/django.po"
MO = PO.with_suffix(".mo")
# A few sentences that the framework itself leaves in English; edited by hand.
FRAMEWORK = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
PYTHON_FOLDERS = ("config", "reports")
# Where each function keeps its sentence, its plural and its context.
SINGLE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
Found = tuple[str | None, str, str | None]


def calls(source: str) -> Iterator[Found]:
    """Every sentence given to gettext in Python source, as (context, sentence, plural)."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        texts = [
            argument.value if isinstance(argument, ast.Constant) else None
            for argument in node.args[:3]
        ]
        wanted = (
            1 * (name in SINGLE) + 2 * (name in PLURAL | CONTEXT) + 3 * (name in CONTEXT_PLURAL)
        )
        texts = texts[:wanted]
        if not wanted or len(texts) < wanted or not all(isinstance(text, str) for text in texts):
            continue
        if name in SINGLE:
            yield None, texts[0], None
        elif name in PLURAL:
            yield None, texts[0], texts[1]
        elif name in CONTEXT:
            yield texts[0], texts[1], None
        else:
            yield texts[0], texts[1], texts[2]


def calls_in_template(source: str, origin: str) -> Iterator[Found]:
    """The same for a template: Django turns its tags into calls, one or more a line."""
    for line in templatize(source, origin=origin).splitlines():
        yield from calls_in_fragment(line)


def calls_in_fragment(line: str) -> Iterator[Found]:
    """Sentences of a line that is not quite Python: only its calls are read."""
    names = sorted(SINGLE | PLURAL | CONTEXT | CONTEXT_PLURAL, key=len, reverse=True)
    position = 0
    while position < len(line):
        starts = [
            (at, name)
            for name in names
            if (at := line.find(f"{name}(", position)) >= 0
            and (at == 0 or not (line[at - 1].isalnum() or line[at - 1] in "_."))
        ]
        if not starts:
            return
        at, name = min(starts)
        end = line.find(")", at)
        while end >= 0:
            try:
                ast.parse(line[at : end + 1].strip(), mode="eval")
                break
            except SyntaxError:
                end = line.find(")", end + 1)
        if end < 0:
            position = at + len(name)
            continue
        yield from calls(line[at : end + 1])
        position = end + 1


def sources() -> Iterator[tuple[str, Found]]:
    """Every sentence of the product with the file it stands in."""
    for folder in PYTHON_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                for found in calls(path.read_text()):
                    yield str(path.relative_to(ROOT)), found
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt"}:
            name = str(path.relative_to(ROOT))
            for found in calls_in_template(path.read_text(), name):
                yield name, found


def fresh() -> Catalog:
    """What the sources say now, with the English that the catalogue already has."""
    known = read() if PO.exists() else None
    created = known.creation_date if known else datetime.now(UTC)
    catalogue = Catalog(
        locale="en",
        project="Fazhi Ledger",
        version="1",
        copyright_holder="",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="English",
        header_comment="# English of the Fazhi Ledger; the sources speak Chinese.\n#",
        creation_date=created,
        revision_date=created,
        fuzzy=False,
        charset="utf-8",
    )
    files: dict[Found, set[str]] = {}
    plurals: dict[tuple[str | None, str], str] = {}
    for name, (context, sentence, plural) in sources():
        if plural is not None:
            plurals[context, sentence] = plural
        files.setdefault((context, sentence, None), set()).add(name)
    for (context, sentence, _plural), names in sorted(files.items(), key=lambda item: item[0][1]):
        plural = plurals.get((context, sentence))
        key = sentence if plural is None else (sentence, plural)
        old = known.get(sentence, context) if known else None
        english = old.string if old is not None else None
        if plural is None and isinstance(english, tuple | list):
            english = english[0]
        if plural is not None and not isinstance(english, tuple | list):
            english = ("", "")
        catalogue.add(
            key,
            english or ("" if plural is None else ("", "")),
            locations=[(name, None) for name in sorted(names)],
            context=context,
        )
    return catalogue


def read(path: Path | None = None) -> Catalog:
    with (path or PO).open("rb") as file:
        return read_po(file, domain="django")


def po_bytes(catalogue: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=100, ignore_obsolete=True, include_lineno=False)
    return buffer.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def write(catalogue: Catalog) -> None:
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(po_bytes(catalogue))
    MO.write_bytes(mo_bytes(read()))
    FRAMEWORK.with_suffix(".mo").write_bytes(mo_bytes(read(FRAMEWORK)))


def strings(message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string]


def key_of(message) -> str:
    sentence = message.id[0] if isinstance(message.id, tuple | list) else message.id
    return f"{message.context}|{sentence}" if message.context else sentence


def missing(catalogue: Catalog) -> list[str]:
    """The sentences without English."""
    return [key_of(found) for found in catalogue if found.id and not all(strings(found))]


def mistakes(catalogue: Catalog) -> list[str]:
    """Translations whose placeholders are not those of the sentence."""
    return [f"{key_of(found)}: {error}" for found, errors in catalogue.check() for error in errors]


def stale() -> list[str]:
    """What is wrong with the catalogues; empty when they are up to date."""
    if not PO.exists() or not MO.exists():
        return ["there is no catalogue"]
    wanted, kept = fresh(), read()
    keys = {(found.context, found.id) for found in wanted if found.id}
    held = {(found.context, found.id) for found in kept if found.id}
    faults = [f"not in the catalogue: {sentence}" for _c, sentence in keys - held]
    faults += [f"no longer used: {sentence}" for _c, sentence in held - keys]
    for source in (PO, FRAMEWORK):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.read_bytes() != mo_bytes(read(source)):
            faults.append(f"{compiled.relative_to(ROOT)} is not what its .po compiles to")
    return faults


def fill(catalogue: Catalog, given: dict[str, str | list[str]]) -> int:
    """Write the given English into the catalogue; gives how many sentences took one."""
    taken = 0
    for found in catalogue:
        english = given.get(key_of(found)) if found.id else None
        if not english:
            continue
        if isinstance(found.id, tuple | list):
            found.string = tuple(english) if isinstance(english, list) else (english, english)
        else:
            found.string = english if isinstance(english, str) else english[-1]
        taken += 1
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("--fill", type=Path)
    options = parser.parse_args()
    if options.check:
        faults = stale()
        print("\n".join(faults) or "up to date")
        return 1 if faults else 0
    catalogue = fresh()
    if options.missing:
        print(json.dumps(missing(catalogue), ensure_ascii=False, indent=1))
        return 0
    if options.fill:
        given = json.loads(options.fill.read_text())
        print(f"{fill(catalogue, given)} of {len(given)} taken")
    write(catalogue)
    for mistake in mistakes(read()):
        print(mistake, file=sys.stderr)
    print(f"{len(catalogue)} sentences, {len(missing(catalogue))} without English")
    return 0


if not settings.configured:
    settings.configure(USE_I18N=True)

if __name__ == "__main__":
    sys.exit(main())
