"""Text to tokens, in one chain of tables, and the search language, text to tree."""
