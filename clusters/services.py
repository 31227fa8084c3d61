"""What staff do to content that is more than saving a form: each with the name of who did it."""

from collections.abc import Iterable

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import models, transaction

from clusters.choices import ProgramStatus
from clusters.models import Program
from schools.models import User


@transaction.atomic
def set_status(*, programs: Iterable[Program], status: ProgramStatus, by: User) -> list[Program]:
    """Publish programs, archive them or take them back to draft. Returns those that were not so before."""
    wanted = Program.objects.filter(pk__in=[program.pk for program in programs]).select_for_update()
    changed = list(wanted.exclude(status=status))
    for program in changed:
        program.status = status
        program.was_public |= status == ProgramStatus.PUBLISHED
        # One by one: whatever follows a save of a program follows this one, too.
        program.save(update_fields=["status", "was_public"])
    log(changed, by=by, flag=CHANGE, message=f"Status: {status.value}")
    return changed


def log(rows: Iterable[models.Model], *, by: User, flag: int, message: str) -> None:
    """An entry in the history of each row, as the admin's own forms write it."""
    rows = list(rows)
    if rows:
        LogEntry.objects.log_actions(by.pk, rows, flag, change_message=message)
