"""Which addresses are one article's: the table of pairs, and the peers' mistakes that it holds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.errors import Skip
from wirewatch.state.identity import key_of
from wirewatch.state.sameness import Claim, claim, further_keys, leads_to_article, undressed

TABLE = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "pairs.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def are_one(how: str, one: str, other: str) -> bool:
    """What our rules say of a pair; `how` the two meet."""
    if how == "announced":
        return bool({key_of(one), *further_keys(one)} & {key_of(other), *further_keys(other)})
    if how == "moved":
        return leads_to_article(one, other)
    return claim(one, other) is (Claim.WEAK if how == "text" else Claim.STRONG)


@pytest.mark.parametrize(("truth", "how", "one", "other"), TABLE)
def test_a_pair_of_addresses_is_told(truth: str, how: str, one: str, other: str) -> None:
    assert are_one(how, one, other) is (truth == "same")


@pytest.mark.parametrize("rest", ["exa.mple:abc/one-two-three-four", "exa.mple:99999/one-two-three-four"])
def test_an_address_with_a_port_that_is_none_is_nobodys_other_dress(rest: str) -> None:
    for url in (f"https://{rest}", f"https://a.cdn.ampproject.org/c/s/{rest}", f"https://www.google.com/amp/s/{rest}"):
        assert undressed(undressed(url)) == undressed(url)


def test_an_address_that_cannot_be_read_is_nobodys_other_dress_and_has_no_keys() -> None:
    odd = "https://vesti.example//[vest-12345/amp"

    assert undressed(odd) == odd
    with pytest.raises(Skip):
        further_keys(odd)


def test_the_table_is_large_enough_and_says_nothing_twice() -> None:
    assert len(set(TABLE)) == len(TABLE) >= 150


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_addresses_get_an_answer(one: str, other: str) -> None:
    for url in (one, f"https://m.vesti.example/amp/{one}"):
        claim(url, f"https://vesti.example/{other}")
        leads_to_article(f"https://vesti.example/{other}", url)


@given(st.sampled_from([row[2] for row in TABLE] + [row[3] for row in TABLE if row[1] == "announced"]))
def test_an_undressed_address_has_no_further_dress(url: str) -> None:
    try:
        assert further_keys(undressed(url)) == ()
    except Skip:
        assert not url.startswith("http")
