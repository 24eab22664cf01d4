"""`manage.py one_cut CODE`: a worker's memory while it makes a cut: idle and peak in MB.

`manage.py measure_cut` runs it, as a process of its own.
"""

from __future__ import annotations

import gc
import json
import re
import time
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from audit.models import Event
from config import celery
from exports.services import build_cut

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def memory(name: str) -> float:
    """VmRSS (now) or VmHWM (the most so far) of this process."""
    found = re.search(rf"^{name}:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


class Command(BaseCommand):
    """Loads what a worker has loaded, then makes the cut that waits under a code."""

    help = "Make a cut that was asked for, and say what memory that took."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which cut."""
        parser.add_argument("code")

    def handle(self, *_: object, code: str, **__: object) -> None:
        """Make it, and write what was measured as JSON."""
        celery.app.loader.import_default_modules()
        event = Event.objects.get(name="cut.requested", data__cut=code)
        gc.collect()
        idle = memory("VmRSS")
        _RESET.write_text("5")
        began = time.perf_counter()
        build_cut(event)
        seconds = time.perf_counter() - began
        self.stdout.write(json.dumps({"idle": idle, "peak": memory("VmHWM"), "seconds": seconds}))
