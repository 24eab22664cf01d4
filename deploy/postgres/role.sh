#!/bin/bash
# Run once by the postgres image, on an empty volume: the application's own role and database.
# The role is no superuser: what the audit floor refuses, it cannot switch off.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username postgres <<'SQL'
\set password `cat /run/secrets/database_password`
CREATE ROLE hermes LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE hermes OWNER hermes;
REVOKE ALL ON DATABASE hermes FROM PUBLIC;
SQL
