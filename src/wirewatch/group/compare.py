"""Whether one text is a copy of another: exactly, from the two sketches. The figures are the stories study's."""

from bisect import bisect_left
from collections.abc import Sequence

from wirewatch.group.sketch import RUN, Sketch

SMALL, LARGE = 0.65, 0.3  # shares of the smaller and the larger text that a copy has in common with the other
FEWEST = 15  # shingles of the smaller text
SURE = 0.8  # share of the smaller text from which order and halves aren't asked
IN_ORDER = 0.8  # share of what is common that stands in the same order: sentences used again do not
HALF = 0.4  # share of each half of the smaller text: what has one half alone in common quotes, or shares boilerplate
NUMBERS, FEW_NUMBERS = (
    0.5,
    3,
)  # share of equal numbers, where so many stand behind the same words: bulletins differ in these alone
MEMBER = 0.3  # share of the smaller text that a story's members have in common with one another


def likeness(one: Sketch, other: Sketch) -> float:
    """0 if neither is a copy of the other; else what they have in common of all they have, up to 1."""
    small, large = sorted((one, other), key=lambda sketch: len(sketch.places))
    common = small.places.keys() & large.places.keys()
    sizes = len(small.places), len(large.places)
    if sizes[0] < FEWEST or len(common) < SMALL * sizes[0] or len(common) < LARGE * sizes[1]:
        return 0.0
    if not _same_numbers(small, large):
        return 0.0
    if len(common) < SURE * sizes[0] and not _same_run(small, large, common):
        return 0.0
    return len(common) / (sum(sizes) - len(common))


def belongs(one: Sketch, member: Sketch) -> bool:
    """Whether they have enough in common to be tellings of one story, be one a copy of the other or not."""
    small, large = sorted((one.places.keys(), member.places.keys()), key=len)
    return len(small & large) >= MEMBER * len(small)


def _same_numbers(one: Sketch, other: Sketch) -> bool:
    """Whether the numbers that stand behind the same words are the same; what the one text lacks or has besides says nothing."""
    pairs = [(one.of_numbers[before], other.of_numbers[before]) for before in one.of_numbers.keys() & other.of_numbers.keys()]
    compared = sum(min(len(mine), len(theirs)) for mine, theirs in pairs)
    return compared < FEW_NUMBERS or sum(len(mine & theirs) for mine, theirs in pairs) >= NUMBERS * compared


def _same_run(small: Sketch, large: Sketch, common: set[int]) -> bool:
    """Whether what is common is spread over the smaller text, and comes in the same order in both."""
    mine = sorted(small.places[shingle] for shingle in common)
    half = (len(small.words) - RUN + 1) / 2
    first = bisect_left(mine, half)
    if min(first, len(mine) - first) < HALF * half:
        return False
    by_place = sorted(common, key=small.places.__getitem__)
    return longest_rise([large.places[shingle] for shingle in by_place]) >= IN_ORDER * len(common)


def longest_rise(numbers: Sequence[int]) -> int:
    """The length of the longest increasing subsequence."""
    tails: list[int] = []
    for number in numbers:
        at = bisect_left(tails, number)
        tails[at : at + 1] = [number]
    return len(tails)
