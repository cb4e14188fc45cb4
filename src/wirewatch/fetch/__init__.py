"""Pages: politeness, robots.txt, limits, and the way into the archive."""
