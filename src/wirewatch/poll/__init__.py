"""Feeds: conditional requests, parsing, schedule."""
