#!/bin/sh
# Two databases, each with a role that owns it and nothing else. PostgreSQL's image runs this once, on an empty volume; to run it
# again does no harm, and gives the roles the passwords that stand in the environment now. The image reads it into its own shell:
# so no option is set here that would go on to hold there.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv airflow_password AIRFLOW_DB_PASSWORD
\getenv wirewatch_password WIREWATCH_DB_PASSWORD
SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['airflow', 'wirewatch']) AS name
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE airflow PASSWORD :'airflow_password';
ALTER ROLE wirewatch PASSWORD :'wirewatch_password';
-- Workers that outlive a killed scheduler hold its session, and with it the locks on its runs.
ALTER ROLE airflow SET idle_in_transaction_session_timeout = '60s';
SELECT format('CREATE DATABASE %I OWNER %I ENCODING %L TEMPLATE template0', name, name, 'UTF8')
  FROM unnest(ARRAY['airflow', 'wirewatch']) AS name
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec
REVOKE ALL ON DATABASE airflow, wirewatch, postgres FROM PUBLIC;
SQL
