"""The one-off service `bucket`: makes the archive's bucket in the object store, unless it is there. Safe to repeat.

The store's address and its keys stand in the variables that every S3 client reads: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID …
"""

import sys

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from wirewatch.safe import one_line

THERE = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}


def main(name: str) -> int:
    """Make the bucket; the exit code."""
    try:
        store = Session().create_client("s3")
        held = {bucket["Name"] for bucket in store.list_buckets()["Buckets"]}
        if name not in held:
            _make(store, name)
            print(f"bucket: {name} made")
    except (BotoCoreError, ClientError, ValueError) as error:
        print(f"bucket: {one_line(str(error), 300)}", file=sys.stderr)
        return 1
    return 0


def _make(store, name: str) -> None:  # type: ignore[no-untyped-def]  # botocore makes its clients' classes as it runs
    try:
        store.create_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in THERE:  # another was faster
            raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
