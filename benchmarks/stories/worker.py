"""One of two that group the same texts at once: `python -m benchmarks.stories.worker HOME SEED PART`."""

import sys
from pathlib import Path

from benchmarks.stories.cost import same_texts
from benchmarks.stories.ours import WINDOW
from wirewatch.group.sketch import fold
from wirewatch.group.stage import Text, assign
from wirewatch.model import ArticleNo
from wirewatch.state.database import opened


def main() -> None:
    """Group every text as the article of this part, one a transaction."""
    home, seed, part = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    texts = [Text(ArticleNo(2 * n + part + 1), each.title, fold(each.body)) for n, each in enumerate(same_texts(seed))]
    with opened("sqlite", home) as db:
        for text in texts:
            assign(db, [text], WINDOW)


if __name__ == "__main__":
    main()
