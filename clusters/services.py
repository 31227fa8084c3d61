"""What staff do to content that is more than saving a form: each with the name of who did it."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import ProgramStatus
from clusters.models import Program
from schools.audit import record
from schools.choices import AuditAction
from schools.history import recording
from schools.models import User


def set_status(*, programs: Iterable[Program], status: ProgramStatus, by: User) -> list[Program]:
    """Publish programs, archive them or take them back to draft. Returns those that were not so before."""
    programs = list(programs)
    with recording(*programs, by=by):
        changed = list(Program.objects.filter(pk__in=[program.pk for program in programs]).exclude(status=status))
        for program in changed:
            before, program.status = program.status, status
            program.was_public |= ProgramStatus.PUBLISHED in (before, status)
            # One by one: whatever follows a save of a program follows this one, too.
            program.save(update_fields=["status", "was_public"])
            if ProgramStatus.PUBLISHED in (before, status):
                action = AuditAction.PUBLISH if status == ProgramStatus.PUBLISHED else AuditAction.UNPUBLISH
                record(action, by=by, subject=program, school=program.school_id, detail=status.value)
        log(changed, by=by, flag=CHANGE, message=f"Status: {status.value}")
    return changed


def mark_reviewed(*, rows: Iterable[models.Model], by: User) -> int:
    """Say of rows of one model or several that their texts were read through today. Returns how many it was."""
    rows = list(rows)
    with recording(*rows, by=by, comment=_("Read through")):
        for row in rows:
            row.reviewed_on = timezone.localdate()
            row.save(update_fields=["reviewed_on"])
        log(rows, by=by, flag=CHANGE, message="Read through")
    return len(rows)


def give(*, rows: Iterable[models.Model], values: dict[str, Any], action: AuditAction, step: str, by: User) -> int:
    """Give shared rows these values, as one step with a name: hide, archive, and the way back. Returns how many it was."""
    rows = list(rows)
    with recording(*rows, by=by, comment=step):
        for row in rows:
            for field, value in values.items():
                setattr(row, field, value)
            row.save(update_fields=[*values])
            record(action, by=by, subject=f"{row._meta.verbose_name}: {row}", detail=step)
        log(rows, by=by, flag=CHANGE, message=step)
    return len(rows)


def log(rows: Iterable[models.Model], *, by: User, flag: int, message: str) -> None:
    """An entry in the history of each row, as the admin's own forms write it."""
    rows = list(rows)
    if rows:
        LogEntry.objects.log_actions(by.pk, rows, flag, change_message=message)
