"""What the options before the command's name say, and what every command needs from them."""

import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wirewatch.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The options before the command's name."""

    config: Path | None
    home: Path | None
    quiet: bool
    verbose: bool

    def settings(self) -> "Settings":
        """The config folder, read and checked whole."""
        from wirewatch.settings import load

        configure_logs(self.verbose)
        return load(self.config, self.home)


class _Lines:
    """Writes each line to what standard error is just then: loggers are kept, and it may have been replaced meanwhile."""

    def msg(self, line: str) -> None:
        """Write a line."""
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = exception = msg


def configure_logs(verbose: bool) -> None:
    """Logs go to standard error, a line each; foreign text in them is made harmless."""
    import structlog

    from wirewatch.safe import lines, one_line

    def harmless(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        plain = {key: value for key, value in event.items() if value is None or isinstance(value, (bool, int, float))}
        said = {key: lines(value) if key == "exception" else one_line(str(value), 500) for key, value in event.items()}
        return said | plain

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True, key="at"),
            structlog.processors.format_exc_info,
            harmless,
            structlog.processors.LogfmtRenderer(key_order=["at", "level", "event"], bool_as_flag=False)
            if not sys.stderr.isatty()
            else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if verbose else logging.WARNING),
        logger_factory=_Lines,
        cache_logger_on_first_use=True,
    )
    logging.getLogger("elastic_transport").setLevel(logging.CRITICAL)  # what it can't do is told in our words
