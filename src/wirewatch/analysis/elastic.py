"""The chain as Elasticsearch analyzers made of stock filters: the same tables, the same tokens.

A contract test sends words and phrases of every language through both (tests/contract/index/test_index_analysis.py).
"""

from typing import Any

from wirewatch.analysis.tables import LETTERS, PAIRS, SPELLING, STEMMING

TEXT, EXACT = "wirewatch", "wirewatch_exact"  # the analyzers' names: what inflections share, and words as they stand


def analysis() -> dict[str, Any]:
    """The `analysis` part of an index's settings."""
    spelling = [name for name, _, _ in SPELLING]
    stemming = [name for name, _, _ in STEMMING]
    return {
        "char_filter": {
            "ww_script": {"type": "mapping", "mappings": [f"{_plain(a)}=>{b}" for a, b in (LETTERS | PAIRS).items()]}
        },
        "filter": {
            name: {"type": "pattern_replace", "pattern": pattern, "replacement": replacement}
            for name, pattern, replacement in (*SPELLING, *STEMMING)
        }
        | {"ww_words": {"type": "keep_types", "types": ["<EMOJI>"], "mode": "exclude"}},
        "analyzer": {
            TEXT: _analyzer([*spelling, *stemming]),
            EXACT: _analyzer(spelling),
        },
    }


def _plain(letters: str) -> str:
    """Letters as they are; marks and signs in the filter's own escape, since it trims what it takes for blanks."""
    return "".join(letter if letter.isalpha() else f"\\u{ord(letter):04x}" for letter in letters)


def _analyzer(rules: list[str]) -> dict[str, Any]:
    return {
        "type": "custom",
        "char_filter": ["ww_script"],
        "tokenizer": "standard",
        "filter": ["ww_words", "cjk_width", "lowercase", *rules, "cjk_bigram"],
    }
