"""Is the product working: one answer for people, load balancers and the supervisor."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from kombu.exceptions import OperationalError

from config.celery import app

log = logging.getLogger(__name__)
UP, DOWN = "up", "down"


def healthz(_request: HttpRequest) -> JsonResponse:
    """200 with every part up, else 503; both name the parts and say nothing of the data."""
    parts = {"database": _database(), "broker": _broker()}
    healthy = all(part["state"] == UP for part in parts.values())
    body = {"status": "ok" if healthy else "failing", "version": settings.VERSION, **parts}
    return JsonResponse(body, status=200 if healthy else 503)


def _database() -> dict[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            (version,) = cursor.fetchone() or ("",)
    except DatabaseError as error:
        log.warning("health: the database does not answer: %s", type(error).__name__)
        return {"name": "PostgreSQL", "state": DOWN}
    return {"name": f"PostgreSQL {version.split()[0]}", "state": UP}


def _broker() -> dict[str, str]:
    try:
        with app.connection_for_read() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
            client: Any = broker.default_channel.client  # type: ignore[attr-defined]  # kombu's Redis channel has it
            server = client.info("server")
    except (OperationalError, OSError) as error:
        log.warning("health: the broker does not answer: %s", type(error).__name__)
        return {"name": "Redis", "state": DOWN}
    if "valkey_version" in server:
        return {"name": f"Valkey {server['valkey_version']}", "state": UP}
    return {"name": f"Redis {server['redis_version']}", "state": UP}
