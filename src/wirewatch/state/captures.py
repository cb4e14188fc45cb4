"""Captures, the rows that say how far each article has come: what the stages claim and write.

queued ──fetch──▶ fetched ──index──▶ indexed ──match──▶ matched
   └────────────────┴──▶ skipped (reason)    failed (attempts spent)
"""

from wirewatch.state.adopting import adopt, forget_index, is_empty, known_files, raise_revisions, requeue
from wirewatch.state.counting import FailureRow, StatusCounts, counts, due_hosts, failures, unindexed, unmatched
from wirewatch.state.ending import failed, judge_again, renew, retry, skipped
from wirewatch.state.fetching import LOOKS, FetchTask, HostTask, claim_captures, claim_host, paced, release_captures, release_host
from wirewatch.state.filed import Fetched, fetched
from wirewatch.state.indexing import Indexed, IndexTask, MatchTask, claim_fetched, claim_indexed, indexed
from wirewatch.state.revisits import queue_revisits

__all__ = [
    "LOOKS", "FailureRow", "FetchTask", "Fetched", "HostTask", "IndexTask", "Indexed", "MatchTask", "StatusCounts",
    "adopt", "claim_captures", "claim_fetched", "claim_host", "claim_indexed", "counts", "due_hosts", "failed", "failures",
    "fetched", "forget_index", "indexed", "is_empty", "judge_again", "known_files", "paced", "queue_revisits", "raise_revisions",
    "release_captures", "release_host", "renew", "requeue", "retry", "skipped", "unindexed", "unmatched",
]  # fmt: skip
