"""``make bench``: build the demo trial on servers of its own, measure it, throw it away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from config.embedded import EmbeddedError, EmbeddedServers

BASE = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Hand ``arguments`` to ``manage.py measure``; its exit status."""
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
        for command in (["prepare"], ["measure", *arguments]):
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
