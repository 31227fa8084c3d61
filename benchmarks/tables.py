"""What every benchmark shares: rounds that take turns, the table at the end, and the machine it was measured on."""

import os
import platform
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import django
from tqdm import tqdm

Measured = TypeVar("Measured")


def _processor_time() -> tuple[int, int]:
    """What all cores did and could not do since the machine began (proc(5)): all that was wanted, and what a host took of it."""
    lines = Path("/proc/stat").read_text().splitlines() if Path("/proc/stat").exists() else ["cpu" + " 0" * 8]
    user, nice, system, _idle, _waiting, interrupts, soft, stolen = map(int, lines[0].split()[1:9])
    return user + nice + system + interrupts + soft + stolen, stolen


_began = _processor_time()


def in_turns(measures: Mapping[str, Callable[[], Measured]], rounds: int) -> dict[str, list[Measured]]:
    """What each measure returned in each round. They take turns, so that what else the machine does falls on all alike."""
    found = {name: [] for name in measures}
    for _round in tqdm(range(rounds), desc="rounds", file=sys.stderr, leave=False, disable=None):
        for name, measure in measures.items():
            found[name].append(measure())
    return found


def medians(found: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(values) for name, values in found.items()}


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Lines of a Markdown table: the first column is text, the others are figures."""
    lines = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    return "\n".join(
        "| " + " | ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]) + " |" for line in lines
    )


def machine() -> str:
    """One line that says what the numbers are of."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    processor = next(models, platform.processor() or platform.machine())
    return (
        f"{os.cpu_count()} cores ({processor}), load {os.getloadavg()[0]:.1f} at the end, {_taken():.0%} taken by the host; "
        f"{platform.system()} {platform.release().partition('-')[0]}, Python {platform.python_version()}, "
        f"Django {django.__version__}"
    )


def _taken() -> float:
    """The share of the processor time wanted since the start that a virtual machine's host gave to others."""
    wanted, stolen = (now - then for now, then in zip(_processor_time(), _began, strict=True))
    return stolen / wanted if wanted else 0.0


def show(title: str, headings: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    print(f"\n{title}\n\n{table(headings, rows)}")
