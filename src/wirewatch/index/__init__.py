"""The search index: one port, and its homes. What it holds is a view of the archive and the state; it can be built anew."""
