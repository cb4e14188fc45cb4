"""wirewatch watches the news wires: every story on a subject, found across outlets, languages and scripts."""

__version__ = "0.1.0"
