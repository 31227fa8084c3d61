"""The items of assessments, kept in the memory of each process.

A published assessment is never changed: a file with other items is refused (``instruments.load``), and the admin only shows it.
"""

from functools import lru_cache

from assessments.models import Assessment, Item


@lru_cache(maxsize=64)
def items_of(assessment: Assessment) -> tuple[Item, ...]:
    """All items in their order. Assessments are the same where their primary keys are."""
    return tuple(assessment.items.order_by("order"))


@lru_cache(maxsize=64)
def assessment_of(number: int) -> Assessment:
    """The assessment with this primary key. Raises Assessment.DoesNotExist."""
    return Assessment.objects.get(pk=number)


def forget() -> None:
    """Drop what this process keeps. A transaction that is undone gives its primary keys to other assessments."""
    items_of.cache_clear()
    assessment_of.cache_clear()
