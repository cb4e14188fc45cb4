"""Many matches in one message: a story once, whatever watches it met; and of too many, how to see the rest."""

import shlex
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote

from wirewatch.analysis.query import And, Field, Node, Or
from wirewatch.model import ArticleId, Message, Watch
from wirewatch.safe import one_line
from wirewatch.state.identity import short_hash
from wirewatch.watch.judge import asked
from wirewatch.watch.lucene import lucene
from wirewatch.watch.messages import HEADLINE, HTML, MARKDOWN, TEXT, Style, marked, quiet, story

LISTED = 20  # stories of a digest; the rest is a number


@dataclass(frozen=True, slots=True)
class More:
    """What one watch has met beside what is listed."""

    watch: str
    stories: int
    search: str  # a command that shows them
    link: str  # to Kibana; "" without one


@dataclass(frozen=True, slots=True)
class Digest:
    """Matches that are told together."""

    messages: tuple[Message, ...]  # all of them
    listed: tuple[Message, ...]  # a story each; `watch` names all that it met
    more: tuple[More, ...] = ()

    @property
    def id(self) -> str:
        """The same for the same matches, so that a repeat can be dropped."""
        return short_hash("\0".join(sorted(f"{each.match_id}-{each.version}" for each in self.messages)))

    @property
    def left_out(self) -> int:
        """Stories that aren't listed; one that met two watches counts under both."""
        return sum(each.stories for each in self.more)


def gathered(messages: Sequence[Message], tellings: Mapping[ArticleId, int], ways: "Ways") -> Digest:
    """A digest: the stories with most tellings first, then the newest."""
    by_story: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_story[message.story_id].append(message)
    stories = [_as_one(each, tellings) for each in by_story.values()]
    stories.sort(key=lambda each: (-each.tellings, -each.matched_at.timestamp(), each.match_id))
    listed = {each.story_id for each in stories[:LISTED]}
    rest: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        if message.story_id not in listed:
            rest[message.watch].append(message)
    more = tuple(ways.more(watch, each) for watch, each in sorted(rest.items()))
    return Digest(tuple(messages), tuple(stories[:LISTED]), more)


def _as_one(messages: Sequence[Message], tellings: Mapping[ArticleId, int]) -> Message:
    newest = max(messages, key=lambda each: (each.version, each.matched_at))
    watches = ", ".join(sorted({each.watch for each in messages}))
    return replace(newest, watch=watches, tellings=max(newest.tellings, tellings.get(ArticleId(newest.story_id), 1)))


@dataclass(frozen=True, slots=True)
class Ways:
    """How the stories of a watch are looked at: with the command, and in Kibana if there is one."""

    watches: Mapping[str, Watch]
    kibana: str = ""  # its address with the space

    def more(self, name: str, messages: Sequence[Message]) -> More:
        """These, that aren't listed."""
        since = min((each.published_at or each.matched_at for each in messages), default=datetime.now(UTC))
        watch = self.watches.get(name)
        at = f"{since.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
        search = search_line(watch, at) if watch else f"wirewatch watches history {shlex.quote(name)}"
        return More(name, len({each.story_id for each in messages}), search, kibana_link(self.kibana, watch, at) if watch else "")


def search_line(watch: Watch, since: str) -> str:
    """The search that shows what a watch met."""
    narrowed = [
        *(("--topic", each) for each in watch.topics),
        *(("--entity", each) for each in watch.entities),
        *(("--language", each) for each in watch.languages),
        *(("--source", each) for each in watch.sources),
        ("--since", since),
    ]
    return shlex.join(["wirewatch", "search", "--literal", _words(watch), *(word for pair in narrowed for word in pair)])


def kibana_link(kibana: str, watch: Watch, since: str) -> str:
    """Kibana's Discover with that search; "" without Kibana, or where its syntax can't say it.

    Its state is Rison: strings in single quotes.
    """
    query = lucene(_whole(watch)) if kibana else None
    if query is None:
        return ""
    times = f"(time:(from:{_rison(since)},to:now))"
    data = "dataSource:(dataViewId:wirewatch-articles,type:dataView)"
    asked = f"({data},query:(language:lucene,query:{_rison(query)}))"
    return f"{kibana}/app/discover#/?_g={quote(times, safe='')}&_a={quote(asked, safe='')}"


def _whole(watch: Watch) -> Node:
    """All that a watch asks of an article, as one query."""
    parts = [
        asked(watch),
        *(Field("topic", each) for each in watch.topics),
        *(Field("entity", each) for each in watch.entities),
    ]
    for name, values in (("language", watch.languages), ("source", watch.sources)):
        parts += [Or(tuple(Field(name, each) for each in values))] if values else []
    return And(tuple(parts)) if len(parts) > 1 else parts[0]


def _words(watch: Watch) -> str:
    return f"({watch.query}) AND NOT ({watch.but_not})" if watch.but_not else watch.query


def _rison(text: str) -> str:
    return "'" + text.replace("!", "!!").replace("'", "!'") + "'"


def title(digest: Digest) -> str:
    """`14 stories: headline of the first`; with what is left out."""
    number = len(digest.listed) + digest.left_out
    first = one_line(digest.listed[0].title, HEADLINE) if len(digest.listed) == 1 else ""
    watches = sorted({each.watch for each in digest.messages})
    names = ", ".join(watches[:3]) + (f" and {len(watches) - 3} more" if len(watches) > 3 else "")
    return quiet(f"[{names}] {first or f'{number} stories'}")


def body(digest: Digest, style: Style, zone: str) -> str:
    """Every listed story, then how to see the rest. Sentences are left out of a long one."""
    parts = []
    for each in digest.listed:
        head, *rest = story(each, style, zone, sentence=False)
        said = [marked(each.sentence, style)] if each.sentence else []
        line = f"{rest[-1]} · {style.foreign(each.watch)} · match {each.match_id}"
        parts.append(_lines([head, *said, line], style))
    parts += [_lines(_more(each, style), style) for each in digest.more]
    return ("<br><br>" if style is HTML else "\n\n").join(parts)


def _more(more: More, style: Style) -> list[str]:
    said = f"and {more.stories} more of {style.foreign(more.watch)}:"
    return [style.bold(said), style.code(more.search), *([style.link("in Kibana", more.link)] if more.link else [])]


def _lines(lines: Sequence[str], style: Style) -> str:
    return {TEXT: "\n", MARKDOWN: "  \n", HTML: "<br>"}[style].join(lines)
