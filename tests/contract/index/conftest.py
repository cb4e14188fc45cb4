"""Every home of the index goes through this suite: a home that joins adds its name to `HOMES`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.contract.index.articles import PRESS
from tests.elastic import elastic_index
from wirewatch.analysis.query import All, And, Node, Word
from wirewatch.index.open import open_index
from wirewatch.index.port import Index, Search
from wirewatch.model import Article
from wirewatch.settings.schema import IndexSettings

HOMES = ("embedded", "elastic")

Found = Callable[..., list[str]]


@pytest.fixture(params=HOMES)
def where(request: pytest.FixtureRequest) -> Iterator[IndexSettings]:
    """The settings of an index that is ready and empty."""
    if request.param == "embedded":
        yield IndexSettings()
    else:
        with elastic_index(request.getfixturevalue("elasticsearch")) as settings:
            yield settings


@pytest.fixture
def opened(where: IndexSettings, tmp_path: Path) -> Callable[[], Index]:
    """Opens the same index, each time as another process would."""
    return lambda: open_index(where, tmp_path)


@pytest.fixture
def index(opened: Callable[[], Index]) -> Iterator[Index]:
    """An empty index."""
    with closing(opened()) as made:
        yield made


@pytest.fixture
def press(index: Index) -> Index:
    """An index with the press of one day."""
    put(index, *PRESS)
    return index


@pytest.fixture
def found(press: Index) -> Found:
    """The names of the press's articles that a query meets, in alphabetical order."""

    def names(node: Node, **ask: object) -> list[str]:
        answer = press.search(node, Search(limit=100, **ask))  # type: ignore[arg-type]
        assert answer.total == len(answer.hits)
        return sorted(hit.article.url.rsplit("/", 1)[1] for hit in answer.hits)

    return names


def put(index: Index, *articles: Article) -> None:
    """Write them, all of them."""
    with index.writing() as writer:
        assert writer.write(articles) == {}


def words(text: str) -> Node:
    """Every word of `text`, all required, as a reader types them."""
    parts = tuple(Word(each) for each in text.split())
    return parts[0] if len(parts) == 1 else And(parts)


def titles(articles: Sequence[Article]) -> list[str]:
    """Their titles, in their order."""
    return [each.title for each in articles]


EVERYTHING = All()
