"""What a check finds: the same for programs of study and for words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What is wrong, where, and by which rule."""

    rule: str
    where: str
    problem: str

    def __str__(self):
        return f"{self.where}: {self.problem} ({self.rule})"
