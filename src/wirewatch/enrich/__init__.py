"""What an article is about: language, entities, topics."""
