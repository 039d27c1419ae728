"""Names as they are compared, and how alike two of them are.

A name is its words: NFKC, accents and case taken away, in alphabetical order, so that "PÉREZ,
Ana" is "Ana Pérez". Words are alike by the similarity of Jaro and Winkler.

Sources: Jaro, M. A. (1989). Advances in record-linkage methodology as applied to matching the
1985 census of Tampa, Florida. Journal of the American Statistical Association 84(406), 414-420.
Winkler, W. E. (1990). String comparator metrics and enhanced decision rules in the
Fellegi-Sunter model of record linkage. Proceedings of the Section on Survey Research Methods,
American Statistical Association, 354-359.
"""

import unicodedata

__all__ = ["SIMILAR", "jaro_winkler", "level_of_names", "similar", "words_of"]

#: Words at least this similar, and at least ``_SHORTEST`` long, are taken for slips of the pen.
SIMILAR = 0.92
_SHORTEST = 4
#: Winkler's bonus per letter of a common beginning, and for how many letters at most.
_BONUS, _LETTERS = 0.1, 4

#: Letters with a stroke have no accent that could be taken away.
_STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "ı": "i"})
_JOINING = frozenset("'’`´-‐‑")


def words_of(name: str | None) -> tuple[str, ...]:
    """Return the words of a name as they are compared, in alphabetical order; none for None.

    >>> words_of("PÉREZ, Ana") == words_of("ana perez")
    True
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name or "").casefold())
    plain = (one for one in text.translate(_STROKES) if not unicodedata.combining(one))
    kept = (one if one.isalnum() else "" if one in _JOINING else " " for one in plain)
    return tuple(sorted("".join(kept).split()))


def jaro_winkler(one: str, other: str) -> float:
    """Return how alike two words are, from 0 (nothing in common) to 1 (equal).

    >>> round(jaro_winkler("martha", "marhta"), 3)
    0.961
    """
    near = _jaro(one, other)
    alike = 0
    for a, b in zip(one[:_LETTERS], other[:_LETTERS], strict=False):
        if a != b:
            break
        alike += 1
    return near + alike * _BONUS * (1 - near)


def _jaro(one: str, other: str) -> float:
    if one == other:
        return 1.0
    mine, theirs = _matched(one, other)
    common = len(mine)
    if not common:
        return 0.0
    swapped = sum(a != b for a, b in zip(mine, theirs, strict=True)) / 2
    return (common / len(one) + common / len(other) + (common - swapped) / common) / 3


def _matched(one: str, other: str) -> tuple[list[str], list[str]]:
    """The letters that both have near each other, in the order of each."""
    reach = max(max(len(one), len(other)) // 2 - 1, 0)
    free = [True] * len(other)
    mine = []
    for place, letter in enumerate(one):
        for there in range(max(0, place - reach), min(len(other), place + reach + 1)):
            if free[there] and other[there] == letter:
                free[there] = False
                mine.append(letter)
                break
    return mine, [letter for letter, is_free in zip(other, free, strict=True) if not is_free]


def similar(one: str, other: str) -> bool:
    """Tell whether two words are equal but for slips of the pen."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < _SHORTEST:
        return len(short) == _SHORTEST - 1 and long in {short + long[-1:], long[:1] + short}
    if _at_most(one, other) < SIMILAR:
        return False
    return jaro_winkler(one, other) >= SIMILAR


def _at_most(one: str, other: str) -> float:
    """A bound of their similarity that is quickly found: as if nothing were out of place."""
    mine = sum(letter in other for letter in one) / len(one)
    theirs = sum(letter in one for letter in other) / len(other)
    near = (mine + theirs + 1) / 3
    return near + _LETTERS * _BONUS * (1 - near)


def level_of_names(one: tuple[str, ...], other: tuple[str, ...]) -> str:
    """Return in words how two names compare, each as ``words_of`` gives it, neither empty."""
    if one == other:
        return "same name" if _full(one) else "same single name"
    short, long = sorted((one, other), key=len)
    if len(short) < 2:
        return "other name"
    if set(short) <= set(long):
        return "same name, a part left out"
    return "similar name" if _all_similar(short, list(long)) else "other name"


def _full(words: tuple[str, ...]) -> bool:
    """Whether a name says more than a given name: two words, or signs that are words."""
    return len(words) > 1 or (len(words[0]) > 1 and not words[0].isascii())


def _all_similar(short: tuple[str, ...], left: list[str]) -> bool:
    """Whether each word of the shorter name finds a word of its own in the longer one."""
    for word in short:
        found = next((one for one in left if similar(word, one)), None)
        if found is None:
            return False
        left.remove(found)
    return True
