"""What Alembic runs: the migrations on the connection that migrate.py opened, in its transaction."""

from alembic import context

from wirewatch.state.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
