"""The index inside a folder of this machine, on Tantivy. No server."""
