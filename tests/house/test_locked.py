"""What is installed is what was looked at: every package has a version and hashes of its files."""

import re

import pytest

from tools.lock import LISTS, ROOT, comments_of, name_of, with_comments

PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)==(\S+) \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def entries(name):
    """The packages of a made list with the number of their hashes; whatever else stands there."""
    found, other, last = {}, [], ""
    for line in (ROOT / f"{name}.txt").read_text().splitlines():
        if match := PINNED.match(line):
            last = name_of(match[1])
            found[last] = (match[2], 0)
        elif HASH.match(line):
            found[last] = (found[last][0], found[last][1] + 1)
        elif line and not line.startswith("#"):
            other.append(line)
    return found, other


@pytest.mark.parametrize("name", LISTS)
def test_every_package_has_a_version_and_hashes(name):
    found, other = entries(name)

    assert len(found) > 30
    assert [package for package, (_version, hashes) in found.items() if not hashes] == []
    assert other == []


@pytest.mark.parametrize("name", LISTS)
def test_the_made_list_holds_what_its_source_says(name):
    source = (ROOT / f"{name}.in").read_text()
    wanted = {
        name_of(match[1]): match[2]
        for match in re.finditer(r"^([a-z0-9][\w.-]*)==(\S+)", source, re.MULTILINE)
    }
    found = {package: version for package, (version, _hashes) in entries(name)[0].items()}

    assert {package: found.get(package) for package in wanted} == wanted
    assert sorted(wanted) == sorted(comments_of(source))


def test_what_checks_runs_beside_what_runs():
    run, check = (entries(name)[0] for name in LISTS)

    assert {package: check.get(package) for package in run} == run


@pytest.mark.parametrize("name", LISTS)
def test_no_list_names_a_place_to_fetch_from(name):
    for ending in ("in", "txt"):
        assert (
            re.findall(
                r"https?://|--index|--find-links|@ ", (ROOT / f"{name}.{ending}").read_text()
            )
            == []
        )


def test_a_comment_stays_with_its_package():
    made = "a-b==1 \\\n    --hash=sha256:00\nc==2 \\\n    --hash=sha256:11\n"

    assert with_comments(made, comments_of("A_b==1  # what for\n")) == f"# what for\n{made}"


def test_both_lists_expect_the_same_files():
    kept = {}
    for name in LISTS:
        text = (ROOT / f"{name}.txt").read_text()
        blocks = re.findall(r"^(\S+==\S+) \\\n((?:    --hash\S+(?: \\)?\n)+)", text, re.MULTILINE)
        kept[name] = dict(blocks)
    runs, checks = (kept[name] for name in LISTS)

    assert {
        package: hashes for package, hashes in runs.items() if checks.get(package) != hashes
    } == {}
