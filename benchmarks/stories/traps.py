"""Texts that look alike and are no copies: what a template, a source or a quote has in common, not who wrote it."""

import random
import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from benchmarks.stories import words as w
from benchmarks.stories.copies import Host

Texts = list[tuple[str, list[str]]]  # source, paragraphs
REPRINTED = ("stock market", "match report", "obituary", "crime")  # templates whose texts are reprinted, too
_SLOT = re.compile(r"\{(?:(-?\d+)\.\.(\d+)|(\w+))\}")


@cache
def templates() -> dict[str, Any]:
    """The file beside this one."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("templates.yaml").read_text(encoding="utf-8"))
    return found


def filled(name: str, dice: random.Random, number: int) -> Texts:
    """Texts by a template."""
    template = templates()[name]
    return [(template["source"], _filled(dice, template)) for _ in range(number)]


def _filled(dice: random.Random, template: dict[str, Any]) -> list[str]:
    lists = {key: words.split() for key, words in template.get("lists", {}).items()}
    language = template["language"]

    def slot(found: re.Match[str]) -> str:
        if found[1]:
            return str(dice.randint(int(found[1]), int(found[2])))
        if found[3] == "name":
            return w.new_names(dice, language)[0]
        return w.sentence(dice, language, w.new_names(dice, language)) if found[3] == "sentence" else dice.choice(lists[found[3]])

    lines = []
    for line in template["text"]:
        times, _, text = line.partition("x ") if re.match(r"\d+x ", line) else ("1", "", line)
        lines += [_SLOT.sub(slot, text) for _ in range(int(times))]
    return lines


def horoscope(dice: random.Random, number: int) -> Texts:
    """Signs told in sentences that come again and again."""
    pool = [f"{w.sentence(dice, 'sr', ['звезде'])}." for _ in range(24)]
    signs = "Ован Бик Близанци Рак Лав Девица Вага Шкорпија Стрелац Јарац Водолија Рибе".split()
    return [("Звезде", [f"{sign}: {' '.join(dice.sample(pool, 3))}" for sign in signs]) for _ in range(number)]


def shared_quote(dice: random.Random, number: int) -> Texts:
    """A long statement quoted in articles of one's own, half of each."""
    made = []
    for n in range(number // 3):
        said = [w.quote(dice, "sr", ["министар"], 5), w.quote(dice, "sr", ["министар"], 5)]
        size = sum(w.count("sr", line) for line in said)
        for k in range(3):
            own = w.body(dice, "sr", round(size * dice.uniform(0.9, 1.5)))
            at = dice.randint(1, len(own))
            made.append((f"Лист {n}-{k}", [*own[:at], *said, *own[at:]]))
    return made


def shared_background(dice: random.Random, number: int) -> Texts:
    """Articles of one source on one matter, each ending with the same paragraphs on what went before."""
    made = []
    for n in range(number // 4):
        before = w.body(dice, "en", 90)
        made += [(f"Courier {n}", [*w.body(dice, "en", dice.randint(120, 260)), *before]) for _ in range(4)]
    return made


def same_event(dice: random.Random, number: int) -> Texts:
    """The same happening in other words: names, a quote and numbers are common."""
    made = []
    for n in range(number // 3):
        names = w.new_names(dice, "sr")
        said = w.quote(dice, "sr", names, 2)
        for k in range(3):
            lines = [w.paragraph(dice, "sr", names) for _ in range(dice.randint(4, 8))]
            made.append((f"Глас {n}-{k}", [*lines[:2], said, *lines[2:]]))
    return made


def listing(dice: random.Random, number: int) -> Texts:
    """A television programme: the same broadcasts at other times."""
    shows = [w.sentence(dice, "sr", ["емисија"])[:40] for _ in range(50)]

    def one() -> list[str]:
        times = sorted(dice.sample(range(360, 1440), 30))
        return [f"{at // 60:02}.{at % 60:02} {dice.choice(shows)}" for at in times]

    return [("Програм", one()) for _ in range(number)]


def paywall(dice: random.Random, number: int) -> Texts:
    """A notice in the place of every article's text."""
    notice = " ".join(f"{w.sentence(dice, 'en', ['subscribers'])}." for _ in range(2))
    return [("Ledger Plus", [notice]) for _ in range(number)]


def short_boilerplated(dice: random.Random, number: int, hosts: Sequence[Host]) -> Texts:
    """Short texts of their own within what the host puts around every text, which is longer."""
    made, serbian = [], [host for host in hosts if host.language == "sr"]
    for n in range(number):
        host = serbian[n % 4]
        above, middle, below = host.around
        made.append((host.name, [above, *w.body(dice, "sr", dice.randint(45, 75)), middle, below]))
    return made


TRAPS: dict[str, Callable[[random.Random, int], Texts]] = {name: partial(filled, name) for name in templates()} | {
    "horoscope": horoscope,
    "shared quote": shared_quote,
    "shared background": shared_background,
    "same event": same_event,
    "listing": listing,
    "paywall": paywall,
}
