"""First letters of a Chinese name, so that ``dcfj`` finds 东城分局."""

from itertools import product

from pypinyin import Style, pinyin

# A name with more readings than this is found by the first of them, which are the usual ones.
_READINGS = 24


def initials_of(name: str, *, limit: int) -> str:
    """The first letters of every reading of the name, in lower case, parted by blanks.

    Letters and digits stand for themselves; what does not fit into ``limit`` is left out.
    """
    letters = []
    for readings in pinyin(name, style=Style.FIRST_LETTER, heteronym=True, errors=_plain):
        letters.append(list(dict.fromkeys(reading.lower() for reading in readings)) or [""])
    found: list[str] = []
    length = 0
    for reading in product(*letters):
        word = "".join(reading)[:limit]
        length += len(word) + 1
        if not word or len(found) == _READINGS or length > limit + 1:
            break
        found.append(word)
    return " ".join(found)


def _plain(characters: str) -> str:
    return "".join(character for character in characters if character.isalnum())
