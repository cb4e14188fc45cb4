"""The chain's figures: what it finds, and how fast it folds: `python -m benchmarks.searching [--data FOLDER] [--articles 300]`.

FOLDER holds the treebanks' words (`lemmas-LANGUAGE.tsv`), `names.tsv`, and the `measure.py` that says what is counted. Without
it only the speed is measured, on the sample's sentences.
"""

import argparse
import importlib.util
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import calibration, row, spread
from wirewatch.analysis import chain, plain
from wirewatch.demo.sample import outlets
from wirewatch.enrich.entities import Gazetteer
from wirewatch.model import EntityRule

BARS = {"sr": 0.89, "hr": 0.88, "ru": 0.83, "uk": 0.88, "be": 0.75, "en": 0.74}  # F on the dev splits
PRECISION = 0.91
SIZE = 1600  # characters of an article
RUNS = 3


def found(data: Path) -> None:
    """Same-lemma retrieval, scripts and names, by the folder's own measure."""
    measure = _module(data / "measure.py")

    def stems(word: str) -> tuple[str, ...]:
        return chain.forms(word)[0]

    for language, bar in BARS.items():
        p, r, f, _ = measure.inflection(measure.read(data / f"lemmas-{language}.tsv"), stems)
        row(f"{language}: F (P / R)", f"{f:.3f} ({p:.3f} / {r:.3f})", f"≥ {bar}, P ≥ {PRECISION}")
    for name, share in sorted(measure.scripts(measure.read(data / "lemmas-sr.tsv"), chain.forms).items()):
        wanted = {"Cyrillic": "1.000", "CYRILLIC": "1.000", "without diacritics": "≥ .999"}.get(
            name, "≥ .985" if "0.15" in name else ""
        )
        row(f"sr: the Latin form's tokens: {name}", f"{share:.3f}", wanted)
    _, table = measure.names(data / "names.tsv", chain.analyze)
    for language in ("sr", "sh-Latn", "ru", "uk"):
        row(f"names, base form finds its own language's forms: {language}", f"{table[language, language]:.3f}", "≥ .92")
    for language, share in recognised(data / "names.tsv").items():
        row(f"names, forms recognised by the gazetteer: {language}", f"{share:.3f}", "≥ .96")


def recognised(path: Path) -> dict[str, float]:
    """By language, the share of forms that a gazetteer of base forms alone knows for their entity."""
    bases: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    forms = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    for entity, language, form, kind in forms:
        if kind == "base":
            bases[entity][language] = (form,)
    gazetteer = Gazetteer([EntityRule(id=entity, name=entity, kind="person", aliases=names) for entity, names in bases.items()])
    hits: dict[str, list[bool]] = defaultdict(list)
    for entity, language, form, _ in forms:
        hits[language].append(any(each.id == entity for each in gazetteer.find(form)))
    return {language: statistics.mean(known) for language, known in hits.items()}


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("measure_of_the_data", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def articles(data: Path | None, language: str, count: int) -> list[str]:
    """Texts of SIZE characters: words drawn as often as the treebank has them, or the sample's paragraphs in any order."""
    dice = random.Random(language)
    if data and (data / f"lemmas-{language}.tsv").exists():
        rows = [line.split("\t") for line in (data / f"lemmas-{language}.tsv").read_text(encoding="utf-8").splitlines()]
        words, weights = [line[0] for line in rows], [int(line[3]) for line in rows]
        return [" ".join(map(_punctuated(dice), dice.choices(words, weights, k=SIZE // 2)))[:SIZE] for _ in range(count)]
    texts = [article.first for outlet in outlets() if outlet.language == language for article in outlet.articles]
    paragraphs = [paragraph for text in texts for paragraph in text.paragraphs]
    return ["\n".join(dice.choices(paragraphs, k=SIZE // min(map(len, paragraphs)) + 1))[:SIZE] for _ in range(count)]


def _punctuated(dice: random.Random) -> Callable[[str], str]:
    def punctuated(word: str) -> str:
        word = word.capitalize() if dice.random() < 0.12 else word
        return word + dice.choices(("", ",", "."), (12, 1, 1))[0]

    return punctuated


def folding(data: Path | None, count: int) -> None:
    """Articles a second of CPU: the first time, with the words known, and as the specification does it."""
    sets = {language: articles(data, language, count) for language in ("sr", "ru", "uk", "en", "ko", "zh")}
    for language, texts in sets.items():
        _rates(language, texts)
    _rates("all six, in turn", [text for group in zip(*sets.values(), strict=True) for text in group])
    _stemmer(sets["ru"])


def _rates(name: str, texts: Sequence[str]) -> None:
    cold = _rate(chain.forms, texts)
    warm, spans, slow = [], [], []
    _rate(chain.tokens, texts)
    for _ in range(RUNS):
        warm.append(_rate(chain.forms, texts))
        chain.by_line.cache_clear()
        spans.append(_rate(chain.tokens, texts))
        slow.append(_rate(plain.tokens, texts[: max(1, len(texts) // 10)]))
    row(f"{name}: articles/s folded, first time; again", f"{cold:,.0f}; {spread(warm, '{:,.0f}')}", "aim 5,000")
    row(f"{name}: the same with spans; ÷ plain form", f"{spread(spans, '{:,.0f}')}; {_ratio(spans, slow)}")


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    return spread([a / b for a, b in zip(ours, theirs, strict=True)], "{:.1f}")


def _rate(fold: Callable[[str], object], texts: Sequence[str]) -> float:
    began = time.process_time()
    for text in texts:
        fold(text)
    return len(texts) / (time.process_time() - began)


def _stemmer(texts: Sequence[str]) -> None:
    """Beside PyStemmer's Russian, which only stems: it is handed the tokens."""
    if importlib.util.find_spec("Stemmer") is None:
        row("ru: folding ÷ PyStemmer's Russian over the same tokens", "not measured: pip install PyStemmer", "aim ≥ 1")
        return
    stemmer = importlib.import_module("Stemmer").Stemmer("russian")
    words = {text: plain.SPLIT.findall(text.lower()) for text in texts}
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(_rate(chain.forms, texts))
        theirs.append(_rate(lambda text: stemmer.stemWords(words[text]), texts))
    row("ru: folding ÷ PyStemmer's Russian over the same tokens", _ratio(ours, theirs), "aim ≥ 1")


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--data", type=Path, help="the folder of lemmas, names and measure")
    options.add_argument("--articles", type=int, default=300, help="a language")
    chosen = options.parse_args()
    row("calibration loop, ms", f"{calibration():.0f}")
    if chosen.data:
        found(chosen.data)
    folding(chosen.data, chosen.articles)


if __name__ == "__main__":
    main()
