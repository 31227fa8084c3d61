"""The commands of a guide, as a reader finds them: the indented blocks under each heading. And those of a Dockerfile."""

import re
import textwrap
from pathlib import Path

COMMAND = re.compile(r"(?: {4,}\S.*\n?)(?:\n? {4,}\S.*\n?)*", re.MULTILINE)


def commands(guide: Path) -> dict[str, list[str]]:
    """The blocks of commands under each heading of any level, in their order, as scripts."""
    parts = re.split(r"^#+ (.+)$", guide.read_text(), flags=re.MULTILINE)[1:]
    return {
        heading: [textwrap.dedent(block) for block in COMMAND.findall(text)]
        for heading, text in zip(parts[::2], parts[1::2], strict=True)
    }


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """Each instruction with what stands behind it, on one line."""
    text = re.sub(r"^#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(word, rest) for word, _space, rest in (line.partition(" ") for line in lines) if word]
