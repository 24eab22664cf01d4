"""The PostgreSQL and the Valkey that come as Python packages, run as our own child processes."""
