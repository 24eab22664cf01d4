#!/bin/bash
# Two roles and the database: hermes_owner owns everything and migrates, hermes is the application
# and owns nothing. So what the audit floor refuses, the application cannot switch off.
#
# Run by the postgres image on an empty volume. Run again it puts things right, and takes over
# what an earlier release left to the application's role; `manage.py migrate` then gives the rights:
#   docker compose exec postgres bash /docker-entrypoint-initdb.d/roles.sh
set -euo pipefail
export SECRETS=${SECRETS:-/run/secrets}
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username postgres --dbname postgres <<'SQL'
\set application_password `cat "$SECRETS/database_password"`
\set owner_password `cat "$SECRETS/owner_password"`
SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['hermes', 'hermes_owner']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE hermes LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'application_password';
ALTER ROLE hermes_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'owner_password';
SELECT 'CREATE DATABASE hermes OWNER hermes_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'hermes') \gexec
\connect hermes
BEGIN;
ALTER DATABASE hermes OWNER TO hermes_owner;
REASSIGN OWNED BY hermes TO hermes_owner;
REVOKE ALL ON DATABASE hermes FROM PUBLIC, hermes;
GRANT CONNECT ON DATABASE hermes TO hermes;
COMMIT;
SQL
