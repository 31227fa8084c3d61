"""How long load_reference_data takes into an empty database and again, and how much memory it needs.

Works on the database of DATABASE_URL, which must be empty, or on a SQLite file of its own.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def measure(*arguments: str, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds of wall time and megabytes at the peak of one management command."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"} | os.environ
        measure("migrate", environment=environment)
        print(f"{'':22}{'seconds':>9}{'peak MB':>9}")
        for label in ("empty database", "again, nothing to do"):
            seconds, megabytes = measure("load_reference_data", environment=environment)
            print(f"{label:22}{seconds:9.1f}{megabytes:9.0f}")


if __name__ == "__main__":
    main()
