"""What has come how far: one row a feed, article, capture, match and message (SQLAlchemy Core, SQLite or PostgreSQL)."""
