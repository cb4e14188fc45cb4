"""Which addresses are one article's: false merges and false splits on the tests' table of pairs, ours beside others' rules.

python -m benchmarks.identity
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from courlan import clean_url
from w3lib.url import canonicalize_url

from benchmarks.measure import row
from tests.unit.state.test_sameness import TABLE, are_one

HOWS = ("announced", "canonical", "moved", "text")


def _queryless(url: str) -> str:
    """Two pages are one if they differ only in the query: fundus and taranis do so."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}"


OTHERS: dict[str, Callable[[str], str | None]] = {
    "w3lib's canonical form": canonicalize_url,
    "courlan's clean_url": clean_url,
    "the address without its query": _queryless,
}


def _judged(are_same: Callable[[str, str, str], bool], how: str) -> str:
    """`false merges of different pairs, false splits of same ones`."""
    pairs = [each for each in TABLE if each[1] == how]
    different = [pair for pair in pairs if pair[0] == "different"]
    merged = sum(are_same(*pair[1:]) for pair in different)
    split = sum(not are_same(*pair[1:]) for pair in pairs if pair[0] == "same")
    return f"{merged} of {len(different)}, {split} of {len(pairs) - len(different)}"


def main() -> None:
    """Print the table."""
    for how in HOWS:
        row(f"{how}: false merges, false splits", _judged(are_one, how), "0, 0")
    for name, rule in OTHERS.items():
        row(f"announced: {name}", _judged(lambda _, one, other, rule=rule: rule(one) == rule(other), "announced"))  # type: ignore[misc]
    row("canonical: every claim believed", _judged(lambda *_: True, "canonical"))
    row("moved: every redirect's end believed", _judged(lambda *_: True, "moved"))


if __name__ == "__main__":
    main()
