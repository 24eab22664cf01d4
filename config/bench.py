"""``make bench``: build the demo trial on servers of its own, measure it, throw it away."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from config.embedded import EmbeddedError, EmbeddedServers

BASE = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Measure pages (``--times``), seal (``--rows``) and cut (``--answers``); the exit status."""
    asked = _asked(arguments)
    commands = [["prepare"], ["measure", "--times", asked.times]]
    commands.append(["measure_seal", "--rows", asked.rows])
    commands.append(["measure_cut", "--answers", asked.answers])
    shared = Path("/tmp")  # noqa: S108 - mkdtemp makes a private folder in it  # nosec B108
    folder = Path(tempfile.mkdtemp(prefix="hermes-bench-", dir=shared))
    # As root the servers run as another account, which must get through to its own folders.
    folder.chmod(0o700 if os.geteuid() else 0o755)
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ["HERMES_STATE"] = str(folder)
    servers = EmbeddedServers(folder)
    try:
        servers.start()
        for command in commands:
            status = subprocess.run([sys.executable, "manage.py", *command], cwd=BASE, check=False)  # noqa: S603 - our own commands
            if status.returncode != 0:
                return status.returncode
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        servers.stop()
        shutil.rmtree(folder)
    return 0


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--times", default="30", help="how often each page is asked for")
    parser.add_argument("--rows", default="20000", help="history rows to seal and verify")
    parser.add_argument("--answers", default="1000000", help="answers in one data cut")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
