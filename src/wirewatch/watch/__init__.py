"""Standing queries: what meets them, and how that is told."""
