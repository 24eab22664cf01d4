"""Settings: only what differs between machines. Every variable is explained in .env.example.

Nothing secret has a default outside the embedded mode, where a key is made once and kept under
the state folder.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from celery.schedules import crontab

from config import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]


class MissingSettingError(Exception):
    """A required environment variable is not set, or its value makes no sense."""


def text(name: str, default: str | None = None) -> str:
    """An environment variable, or the content of the file named by ``NAME_FILE``."""
    file = os.environ.get(f"{name}_FILE")
    value = Path(file).read_text().strip() if file else os.environ.get(name, default)
    if value is None:
        raise MissingSettingError(f"Set {name} (or {name}_FILE): see .env.example.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """A yes/no variable; anything but the known words is refused."""
    value = os.environ.get(name, "yes" if default else "no").strip().lower()
    if value in {"1", "yes", "true", "on"}:
        return True
    if value in {"0", "no", "false", "off", ""}:
        return False
    raise MissingSettingError(f"{name} must be yes or no, not {value!r}.")


def number(name: str, default: int) -> int:
    """A whole-number variable."""
    value = os.environ.get(name, str(default))
    if not value.strip().isdigit():
        raise MissingSettingError(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def port(name: str, default: int) -> int:
    """A number of a port."""
    value = number(name, default)
    if not 0 < value < 65536:
        raise MissingSettingError(f"{name} must be a number from 1 to 65535, not {value}.")
    return value


def one_of(name: str, known: tuple[str, ...]) -> str:
    """One of a few words; the first where it is unset."""
    value = os.environ.get(name, known[0]).strip().lower()
    if value not in known:
        raise MissingSettingError(f"{name} must be one of {', '.join(known)}, not {value!r}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def database(url: str) -> dict[str, Any]:
    """Django's picture of ``postgresql://user:password@host:port/name?host=/socket/folder``."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise MissingSettingError("The address of a database must start with postgresql://")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host, port = query.pop("host", parts.hostname or ""), query.pop("port", str(parts.port or ""))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**query, "application_name": "hermes"},
    }


EMBEDDED = "DATABASE_URL" not in os.environ and "DATABASE_URL_FILE" not in os.environ
if EMBEDDED or "REDIS_URL" not in os.environ:
    _addresses = embedded.addresses(BASE_DIR)

DATABASES: dict[str, dict[str, Any]]
DATABASE_OWNER: dict[str, Any]
if EMBEDDED:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"application_name": "hermes"},
            **_addresses.database,
        }
    }
    DATABASE_OWNER = _addresses.owner
    SECRET_KEY = os.environ.get("SECRET_KEY") or embedded.secret_key(BASE_DIR)
else:
    DATABASES = {"default": database(text("DATABASE_URL"))}
    # Only the process that migrates is given it: see config/owner.py.
    _owner_url = text("HERMES_OWNER_URL", "")
    DATABASE_OWNER = database(_owner_url) if _owner_url else {}
    SECRET_KEY = text("SECRET_KEY")
APPLICATION_ROLE: str = DATABASES["default"]["USER"]
# What arms are sealed with; without it nothing of an allocation can be read (config/checks.py).
ALLOCATION_KEY = text(
    "HERMES_ALLOCATION_KEY", embedded.allocation_key(BASE_DIR) if EMBEDDED else ""
)
REDIS_URL = text("REDIS_URL") if "REDIS_URL" in os.environ else _addresses.broker

# Behind the TLS proxy everything is HTTPS; the embedded mode listens on this machine only.
BEHIND_TLS = flag("HERMES_TLS", default=not EMBEDDED)
DEBUG = False
ALLOWED_HOSTS = words("HERMES_HOSTS", "localhost,127.0.0.1,[::1],testserver" if EMBEDDED else "")
CSRF_TRUSTED_ORIGINS = words("HERMES_ORIGINS")

HERMES_PROTOCOL = os.environ.get("HERMES_PROTOCOL", "trial.protocols.isis_hermes")
# production, training or simulated: written in a band on every page and on every export.
HERMES_ENVIRONMENT = os.environ.get("HERMES_ENVIRONMENT", "simulated" if EMBEDDED else "production")
STATE_DIR = Path(os.environ.get("HERMES_STATE", BASE_DIR / "var"))
CUTS_DIR = STATE_DIR / "cuts"

# Where alerts go out. Without a server they are files of a folder, for looking at.
MAIL_HOST = os.environ.get("HERMES_MAIL_HOST", "").strip()
MAIL_TLS = one_of("HERMES_MAIL_TLS", ("starttls", "tls", "no"))
MAIL_PORT = port("HERMES_MAIL_PORT", {"starttls": 587, "tls": 465, "no": 25}[MAIL_TLS])
MAIL_USER = os.environ.get("HERMES_MAIL_USER", "").strip()
MAIL_PASSWORD = text("HERMES_MAIL_PASSWORD", "")
MAIL_FROM = (
    os.environ.get("HERMES_MAIL_FROM", "") or f"hermes@{(ALLOWED_HOSTS or ['localhost'])[0]}"
)
MAIL_FOLDER = STATE_DIR / "mail"
# Where the links in a mail lead.
PUBLIC_ADDRESS = (
    CSRF_TRUSTED_ORIGINS[0].rstrip("/")
    if CSRF_TRUSTED_ORIGINS
    else f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
)
# Seconds: a worker that claimed a mail is taken for dead after so long, several times what a mail
# server may take; between attempts the first wait, doubled each time, and the longest.
ALERT_LEASE = 300
ALERT_WAITS = (60, 3600)

INSTALLED_APPS = [
    "django.forms",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_include_bootstrap",
    "simple_history",
    "rest_framework",
    "drf_spectacular",
    "accounts",
    "audit",
    "trial",
    "randomization",
    "outcomes",
    "safety",
    "safety.dsmb",
    "safety.coding",
    "monitoring",
    "exports",
    "exports.packs",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.ServerTime",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.SeenLately",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.errors.RefusalMiddleware",
    "config.permissions.PermissionMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "config.forms.HermesRenderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.page",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

# A list of arms in a file is read in memory and never written to a disk, whatever its size: one
# too large for memory is not received at all.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# Signed out after half an hour without a request; each request starts the half hour again, which is
# written down once a minute (``config.middleware.SeenLately``).
SESSION_ENGINE = "config.sessions"
SESSION_IDLE = number("HERMES_IDLE_MINUTES", 30) * 60
SESSION_UNWRITTEN = min(60, SESSION_IDLE // 10)
SESSION_COOKIE_AGE = SESSION_IDLE + SESSION_UNWRITTEN
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_TLS
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y H:i"

STATIC_URL = "static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.HashedStaticFiles"},
}

CELERY_BROKER_URL = REDIS_URL
# The worker writes lines as LOGGING says: its own quote arguments and errors.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Without a broker an act goes on at once: what it asked for waits for the sweep, not the person.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "max_retries": 0,
    "socket_connect_timeout": 3,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "pass on events whose message was lost": {
        "task": "config.handlers.sweep",
        "schedule": 60.0,
    },
    "seal the trail": {
        "task": "audit.tasks.seal",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "verify the trail": {
        "task": "audit.tasks.verify",
        "schedule": crontab(hour=2, minute=40),
        "options": {"expires": 3600},
    },
    "tell of clocks, tell again, and send what waits": {
        "task": "safety.alerts.tasks.sweep",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "run the edit checks by night, or once they have changed": {
        "task": "monitoring.tasks.edit_checks",
        "schedule": 3600.0,
    },
}

REST_FRAMEWORK = {
    # Each view names its own: the framework would import ours before it is ready itself.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.api_errors.api_exception",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Hermes REST API",
    "DESCRIPTION": "Frozen, hashed data cuts for the statistics of one trial.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
}

SILENCED_SYSTEM_CHECKS = [
    "auth.W004",
    # The embedded mode listens on this machine only, without TLS; production sets HERMES_TLS.
    *(["security.W004", "security.W008", "security.W012", "security.W016"] if EMBEDDED else []),
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.Neutral",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("HERMES_LOG_LEVEL", "INFO")},
    "loggers": {
        # A refusal is an answer and not an error. Which page refused, and how often a task ran,
        # can depend on an arm: neither is logged.
        "django.request": {"level": "ERROR"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        # Statements have values in them.
        "django.db.backends": {"level": "WARNING"},
    },
}
