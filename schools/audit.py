"""The audit log: every sign-in, role change, export, import, delete and publish, with who did it."""

from schools.choices import AuditAction
from schools.models import AuditEntry, School, User


def record(
    action: AuditAction, *, by: User, subject: object, school: School | int | None = None, detail: str = ""
) -> None:
    """Write down what somebody did. Call it in the transaction of the deed, so that neither is there without the other.

    ``subject`` is what it was done to, as people know it; ``school`` the one it belongs to, or its number; None for the
    whole district. Nothing about students belongs here.
    """
    AuditEntry.objects.create(
        action=action,
        actor_id=by.pk,
        actor=by.get_username(),
        school_id=getattr(school, "pk", school),
        subject=str(subject)[:300],
        detail=detail,
    )
