"""By whose rules an index was made."""

from contextlib import closing

import pytest

from tests.elastic import elastic_index, stamped
from wirewatch.analysis.tables import TABLES_VERSION
from wirewatch.index.elastic.client import connect
from wirewatch.index.elastic.errors import NotSetUp
from wirewatch.index.elastic.home import open_elastic
from wirewatch.index.port import Index


def test_an_index_that_was_made_just_now_is_not_stale(index: Index) -> None:
    assert index.stale() == ""


@pytest.mark.parametrize(("by", "mends"), [(-1, "older wirewatch; `wirewatch reindex`"), (1, "newer wirewatch; upgrade")])
def test_a_server_made_by_other_tables_is_read_with_a_warning_and_not_written_to(elasticsearch: str, by: int, mends: str) -> None:
    with elastic_index(elasticsearch) as where, closing(connect(where)) as client, closing(open_elastic(where)) as index:
        stamped(client, where.name, TABLES_VERSION + by)

        assert mends in index.stale()
        with pytest.raises(NotSetUp, match=mends), index.writing():
            pass
