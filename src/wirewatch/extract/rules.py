"""The version of extraction's rules. An article carries the one that made it; `reindex --changed-rules` redoes the older ones."""

RULES = 7  # goes up with every change that gives another text or field
