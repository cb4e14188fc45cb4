"""Language identification: `python -m benchmarks.language`.

Pieces of the sample's own bodies, of 50 and 200 characters (half of it in Korean, Chinese and Japanese), each language counting
the same; Serbian in Latin also without diacritics, Serbian in Cyrillic also with every `о` and `е` a Latin look-alike. The
feed's word is right, missing, or another language of the same script. Mixed texts are 150 characters of one language and 150
of another. Nothing was fitted on a text that isn't here, so expect a little less elsewhere.
"""

import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator

from benchmarks.measure import row
from wirewatch.demo.sample import Outlet, outlets
from wirewatch.enrich.language import identify

SIZES = (50, 200)
WRONG = {"sr": "ru", "ru": "uk", "uk": "ru", "en": "sr", "ko": "en", "zh": "ja", "ja": "zh"}
LOOK_ALIKES = str.maketrans("ое", "oe")

Piece = tuple[str, str, Outlet]  # which set it is of, its text, who wrote it


def pieces(size: int) -> Iterator[Piece]:
    """The sample's bodies in pieces of `size` characters."""
    for outlet in outlets():
        language = outlet.language.partition("-")[0]
        length = size // 2 if language in ("ko", "zh", "ja") else size
        for article in outlet.articles:
            text = " ".join(article.first.body.split())
            for start in range(0, len(text) - length + 1, length):
                yield from _written(outlet, text[start : start + length])


def _written(outlet: Outlet, text: str) -> Iterator[Piece]:
    yield outlet.language, text, outlet
    if outlet.language == "sr":
        yield "sr with look-alikes", text.translate(LOOK_ALIKES), outlet
    if outlet.language == "sr-Latn":
        yield "sr-Latn bare", "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)), outlet


def shares(size: int, prior: str) -> dict[str, float]:
    """The shares found `right`, `wrong` and `und`, mean of the sets, and the `worst` set's share found right."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for of, text, outlet in pieces(size):
        language = outlet.language.partition("-")[0]
        told = {"right": outlet.language, "missing": None, "wrong": WRONG[language]}[prior]
        guess, _ = identify("", text, told, outlet.country if prior == "right" else None)
        found[of]["right" if guess == language else "und" if guess == "und" else "wrong"] += 1
    rights = [counts["right"] / counts.total() for counts in found.values()]
    means = {each: sum(counts[each] / counts.total() for counts in found.values()) / len(found) for each in ("wrong", "und")}
    return means | {"right": sum(rights) / len(rights), "worst": min(rights)}


def mixed() -> dict[str, float]:
    """Of texts half in one language and half in another, the shares called `und`, by `one` of the two, and otherwise."""
    found: Counter[str] = Counter()
    articles = [(outlet.language.partition("-")[0], outlet.articles[0].first.body[:150]) for outlet in outlets()]
    for language, text in articles:
        for other, more in articles:
            if language != other:
                guess, _ = identify("", f"{text}\n{more}", None, None)
                found["und" if guess == "und" else "one" if guess in (language, other) else "otherwise"] += 1
    return {each: found[each] / found.total() for each in ("und", "one", "otherwise")}


def rate() -> float:
    """Articles identified a second of CPU."""
    texts = [(article.first.title, article.first.body) for outlet in outlets() for article in outlet.articles]
    identify(*texts[0], None, None)
    began = time.process_time()
    for title, body in texts:
        identify(title, body, None, None)
    return len(texts) / (time.process_time() - began)


def main() -> None:
    """Print the rows."""
    for size, bar in zip(SIZES, (">= .98", ">= .995"), strict=True):
        for prior in ("right", "missing", "wrong"):
            found = shares(size, prior)
            what = f"{size} characters, feed's word {prior}: right (worst set), wrong, und"
            said = f"{found['right']:.3f} ({found['worst']:.3f}), {found['wrong']:.3f}, {found['und']:.3f}"
            row(what, said, bar if prior == "right" else "")
    both = mixed()
    row("mixed texts: und, one of the two, otherwise", f"{both['und']:.3f}, {both['one']:.3f}, {both['otherwise']:.3f}")
    row("articles a second", f"{rate():,.0f}")


if __name__ == "__main__":
    main()
