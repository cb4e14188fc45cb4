"""Page → extract: the article's text and facts, in processes that can be killed."""
