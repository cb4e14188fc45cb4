"""What the settings ask of the fetch stage."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRules:
    """Limits and manners of fetching."""

    workers: int = 32  # hosts asked at the same time
    per_host_delay: float = 5.0  # seconds between two requests to one host
    timeout: float = 30.0  # seconds of silence
    max_bytes: int = 10 * 1024 * 1024  # of a page, unpacked
    obey_robots: bool = True
    obey_noindex: bool = True  # X-Robots-Tag and the meta tag for robots
    now_too: bool = False  # also what isn't due yet
    hosts: int | None = None  # at most so many; the rest is left to others

    @property
    def total(self) -> float:
        """Seconds that a page may take in all, redirects and dripping included."""
        return 3 * self.timeout
