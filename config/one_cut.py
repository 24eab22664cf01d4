"""What a worker's memory does while it makes one cut: idle before, peak in between, in MB.

`manage.py measure_cut` runs it as a process of its own: ``python -m config.one_cut CODE``.
"""

from __future__ import annotations

import gc
import json
import os
import re
import sys
import time
from pathlib import Path

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def memory(name: str) -> float:
    """VmRSS (now) or VmHWM (the most so far) of this process."""
    found = re.search(rf"^{name}:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def main(code: str) -> None:
    """Load what a worker has loaded, then make the cut that waits under this code."""
    import django  # noqa: PLC0415 - nothing may be loaded before the worker's own

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from audit.models import Event  # noqa: PLC0415 - settings first
    from config import celery  # noqa: PLC0415 - settings first
    from exports.services import build_cut  # noqa: PLC0415 - settings first

    celery.app.loader.import_default_modules()
    event = Event.objects.get(name="cut.requested", data__cut=code)
    gc.collect()
    idle = memory("VmRSS")
    _RESET.write_text("5")
    began = time.perf_counter()
    build_cut(event)
    seconds = time.perf_counter() - began
    sys.stdout.write(json.dumps({"idle": idle, "peak": memory("VmHWM"), "seconds": seconds}))


if __name__ == "__main__":
    main(sys.argv[1])
