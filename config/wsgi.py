"""The web application, as gunicorn serves it."""

import os

from django.core.checks import run_checks
from django.core.management.base import SystemCheckError
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# gunicorn itself asks no system check: what must not run, such as a trial without its allocation
# key, does not begin to answer.
if _wrong := [str(message) for message in run_checks() if message.is_serious()]:
    raise SystemCheckError("\n".join(_wrong))
