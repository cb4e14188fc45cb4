"""Stories: which articles carry the same text."""
