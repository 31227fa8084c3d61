"""An import that somebody saw before it is done, and agreed to."""

from collections.abc import Callable
from typing import BinaryIO

from django.db import transaction

from clusters.importers.sheets import Report
from schools.audit import record
from schools.choices import AuditAction
from schools.models import School, User


class PlanChanged(Exception):
    """The import would do something else by now. Nothing has been written; ``report`` says what it would do."""

    def __init__(self, report: Report):
        self.report = report
        super().__init__()


@transaction.atomic
def bring_in(
    *, importer: Callable[..., Report], school: School, file: BinaryIO, agreed: str, subject: str, by: User
) -> Report:
    """Do an import that does exactly what the report with the digest ``agreed`` says, and write down who did it.

    Raises PlanChanged, or TableRefused as the importer does.
    """
    report = importer(school=school, file=file, by=by)
    if report.digest != agreed:
        raise PlanChanged(report)
    record(AuditAction.IMPORT, by=by, subject=subject, school=school, detail="\n".join(report.lines()))
    return report
