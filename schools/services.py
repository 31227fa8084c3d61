"""Accounts of staff and their roles: what changes them, with who did it."""

from django.db import transaction

from schools import passwords
from schools.audit import record
from schools.choices import AuditAction, Role
from schools.models import Membership, School, User


@transaction.atomic
def make_account(*, name: str, by: User | None = None) -> tuple[User, str]:
    """A new staff account with a password made up for it; ``by`` is None where a command makes it, on its own behalf.

    Raises ``ValidationError`` where the name is taken or cannot be a sign-in name.
    """
    password = passwords.generate()
    user = User(username=name, is_staff=True)
    user.set_password(password)
    user.full_clean()
    user.save()
    record(AuditAction.ACCOUNT, by=by or user, subject=user, detail="Made.")
    return user, password


@transaction.atomic
def give_role(*, user: User, role: Role, school: School | None, by: User) -> Membership:
    """Give somebody a role at a school, in place of the one they have there."""
    membership = Membership.objects.filter(user=user, school=school).first() or Membership(user=user, school=school)
    membership.role = role
    save_membership(membership=membership, by=by)
    return membership


@transaction.atomic
def save_membership(*, membership: Membership, by: User) -> None:
    """Save a role that was given or changed."""
    before = Membership.objects.filter(pk=membership.pk).select_related("user", "school").first()
    membership.save()
    if before is None:
        _record(membership, by, f"Given: {membership.get_role_display()}.")
    elif (before.user_id, before.school_id) != (membership.user_id, membership.school_id):
        _record(before, by, f"Taken: {before.get_role_display()}.")
        _record(membership, by, f"Given: {membership.get_role_display()}.")
    elif before.role != membership.role:
        _record(membership, by, f"From {before.get_role_display()} to {membership.get_role_display()}.")


@transaction.atomic
def remove_membership(*, membership: Membership, by: User) -> None:
    """Take a role from somebody."""
    _record(membership, by, f"Taken: {membership.get_role_display()}.")
    membership.delete()


def _record(membership: Membership, by: User, detail: str) -> None:
    record(AuditAction.ROLE, by=by, subject=membership.user, school=membership.school_id, detail=detail)
