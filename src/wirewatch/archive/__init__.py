"""The archive: every page as it came, in WARC files, before anything else touches it."""
