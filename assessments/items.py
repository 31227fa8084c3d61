"""The items of assessments, kept in the memory of each process.

A published assessment is never changed: a file with other items is refused (``instruments.load``), and the admin only shows it.
"""

from functools import lru_cache

from assessments.models import Assessment, Item


@lru_cache(maxsize=64)
def assessment_of(number: int) -> Assessment:
    """The assessment with this primary key. Raises Assessment.DoesNotExist."""
    return Assessment.objects.get(pk=number)


@lru_cache(maxsize=64)
def items_of(number: int) -> tuple[Item, ...]:
    """All items of the assessment with this primary key, in their order."""
    return tuple(Item.objects.filter(assessment=number).order_by("order"))


def forget() -> None:
    """Drop what this process keeps. A transaction that is undone gives its primary keys to other assessments."""
    assessment_of.cache_clear()
    items_of.cache_clear()
