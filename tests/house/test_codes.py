"""Every code of the domain has its word."""

from enum import StrEnum

from reports.models import choices


def labelled_codes():
    """The labels of a page: dictionaries from the members of one enumeration to words."""
    for name, value in vars(choices).items():
        if name.isupper() and isinstance(value, dict) and value:
            kinds = {type(key) for key in value}
            if len(kinds) == 1 and issubclass(next(iter(kinds)), StrEnum):
                yield name, next(iter(kinds)), value


def test_every_code_has_a_label():
    missing = {
        name: [member.value for member in kind if member not in labels]
        for name, kind, labels in labelled_codes()
    }

    assert missing
    assert {name: codes for name, codes in missing.items() if codes} == {}
