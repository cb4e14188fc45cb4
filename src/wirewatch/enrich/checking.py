"""What is doubtful in entities.yaml: no mistakes, the file loads, but names that will be met too often or too seldom."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from wirewatch.analysis.chain import tokens
from wirewatch.enrich.entities import ACRONYM, Name, is_short, names
from wirewatch.model import EntityRule
from wirewatch.settings.located import Located

LANGUAGES = ("sr", "sr-Latn", "ru", "uk", "en", "ko", "zh", "ja")  # in which every entity should have a name


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand in lower case in running text, by their folded forms; each with one spelling of it."""

    stems: dict[str, str] = field(default_factory=dict)
    exacts: dict[str, str] = field(default_factory=dict)


def words_of(texts: Iterable[str]) -> Words:
    """The words that begin with a small letter somewhere in these texts."""
    words = Words()
    for text in texts:
        for token in tokens(text):
            word = text[token.start : token.end]
            if word[:1].islower():
                words.stems.setdefault(token.text, word)
                words.exacts.setdefault(token.exact, word)
    return words


def doubts(file: Located, rules: Sequence[EntityRule], words: Words, only: str = "") -> list[str]:
    """One line for each doubt, with file and line: shared aliases, common words, missing languages.

    In the file's order; of one entity alone if `only` names it.
    """
    found = [(n, name) for n, rule in enumerate(rules) for name in names(rule)]
    owners = _owners(found)
    lines = []
    for n, rule in enumerate(rules):
        if only not in ("", rule.id):
            continue
        lines += [
            file.problem(("entities", n, "aliases"), f"{rule.id} has no name in {language}")
            for language in LANGUAGES
            if not rule.aliases.get(language)
        ]
        lines += [
            file.problem(("entities", n, *where), f"{text!r} has no word: it is never met") for where, text in _wordless(rule)
        ]
        said = set[str]()  # Russian and Serbian spell many a name alike: once is enough
        for name in (name for number, name in found if number == n and not name.short):
            for text in (_shared(name, n, owners, rules), _common(name, rule, words)):
                if text and text not in said:
                    said.add(text)
                    lines.append(file.problem(("entities", n, *name.where), text))
    return lines


def _wordless(rule: EntityRule) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The names that `names` leaves out, and where they stand."""
    for language, aliases in rule.aliases.items():
        yield from ((("aliases", language, n), text) for n, text in enumerate(aliases) if not tokens(text))
    for part, listed in (("exact", rule.exact), ("short", rule.short)):
        yield from (((part, n), text) for n, text in enumerate(listed) if not tokens(text))


def _owners(found: Sequence[tuple[int, Name]]) -> dict[str, set[int]]:
    """The entities by each folded form under which a text gives them."""
    owners: dict[str, set[int]] = defaultdict(set)
    for n, name in found:
        if not name.short:
            owners[_form(name.key, exact=name.exact)].add(n)
    return owners


def _form(key: str, *, exact: bool) -> str:
    return f"={key}" if exact else key


def _shared(name: Name, number: int, owners: dict[str, set[int]], rules: Sequence[EntityRule]) -> str | None:
    """Another entity that the same words name: by the same form, or by the stem of a form that is exact here."""
    same = owners[_form(name.key, exact=name.exact)]
    if name.exact:
        same = same | owners.get(" ".join(part.text for part in name.parts), set())
    others = sorted(rules[n].id for n in same if n != number)
    return f"{name.text!r} names {' and '.join(others)} too: a text gives both" if others else None


def _common(name: Name, rule: EntityRule, words: Words) -> str | None:
    """A single word that running text has in lower case, or whose stem is too short to be told from other words."""
    if len(name.parts) != 1 or _acronym(name.text):
        return None
    listed = {tokens(text)[0].exact for text in rule.exact if tokens(text)}
    if is_short(name.parts) and name.parts[0].exact not in listed and not rule.weak:
        return f"{name.text!r} has a stem of three letters or fewer: only this form is met; list its forms in `exact`"
    word = (words.exacts if name.exact else words.stems).get(name.key)
    if word is None or word in rule.words:
        return None
    return f"{name.text!r} folds like the word {word!r}: list its forms in `exact`, or the word in `words`"


def _acronym(text: str) -> bool:
    return text.isupper() and len(text) <= ACRONYM
