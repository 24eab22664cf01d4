"""The composition root: imports everything, imported by nothing."""

import gc

from config.celery import app as celery_app

# A start keeps nearly all that it makes, and a page makes tens of thousands of objects and lets go
# of them by itself: looking for unreachable cycles every 700 took a sixth of the one, and a part of
# the other. A cycle now waits a little longer, which costs a few megabytes.
gc.set_threshold(50_000, 20, 20)

__all__ = ["celery_app"]
