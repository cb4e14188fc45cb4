"""The health check of services that answer over HTTP: `answers.py URL` ends with 0 if a GET gives 200."""

import http.client
import sys
import urllib.request

TIMEOUT = 20.0  # seconds; the check of Airflow's API server goes as far as its database
ENOUGH = 100_000  # bytes read of an answer


def main(url: str) -> int:
    """The exit code: 0 is healthy."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the address is this container's own
    try:
        with direct.open(url, timeout=TIMEOUT) as answer:
            answer.read(ENOUGH)
    except (OSError, http.client.HTTPException) as error:  # an error's status is an OSError, too
        print(f"{url}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
