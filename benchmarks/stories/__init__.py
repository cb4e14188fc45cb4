"""Stories, judged: a labelled set made from a seed, what grouping makes of it, and what it costs."""
