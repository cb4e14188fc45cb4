"""The index on an Elasticsearch 9 server."""
