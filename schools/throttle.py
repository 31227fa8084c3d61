"""Wrong passwords slow down the name they were tried with, and nothing else.

A whole school sits behind one address of the internet, so nothing here knows where a try comes from.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from schools.audit import record
from schools.choices import AuditAction
from schools.models import SignInThrottle, User

FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)

Found = TypeVar("Found")


class Slowed(Exception):
    """The name may not be tried yet; ``wait`` says for how long."""

    def __init__(self, wait: timedelta):
        super().__init__(f"Wait for {wait}.")
        self.wait = wait


def attempt(name: str, check: Callable[[], Found]) -> Found:
    """What ``check`` finds, where the sign-in name may be tried now; finding nothing counts as a wrong password.

    The first tries are free; then each has to wait, twice as long as the one before, whether there is such an account or
    not. Raises ``Slowed`` without looking where it is too early, which does not make the wait longer.
    """
    number = _claim(name)
    found = check()
    if found:
        _forget(name)
    elif number == FREE_TRIES:
        _record(name)
    return found


def _claim(name: str) -> int:
    """Count one more try and return its number. Counted first, or tries sent at one moment would all pass for the first."""
    now = timezone.now()
    with transaction.atomic():
        row, _created = SignInThrottle.objects.select_for_update().get_or_create(
            key=_key(name), defaults={"failed_at": now}
        )
        # What lies further ahead than any wait is from a clock that was wrong, and would shut the name out until then.
        if not -LONGEST_WAIT <= now - row.failed_at <= FORGOTTEN_AFTER:
            row.failures, row.failed_at = 0, now
        wait = _next_try(row) - now
        if wait > timedelta(0):
            raise Slowed(wait)
        row.failures += 1
        row.failed_at = now
        row.save()
    return row.failures


def _next_try(row: SignInThrottle) -> datetime:
    if row.failures < FREE_TRIES:
        return row.failed_at
    # Doubling eight times is more than the longest wait already.
    doublings = min(row.failures - FREE_TRIES, 8)
    return row.failed_at + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)


def _forget(name: str) -> None:
    """Forget the wrong passwords of a name, and those that were forgiven anyway."""
    SignInThrottle.objects.filter(key=_key(name)).delete()
    SignInThrottle.objects.filter(failed_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()


def _record(name: str) -> None:
    # Only for an account: what else was typed may be anything, a password too.
    if user := User.objects.filter(username__iexact=name).first():
        record(AuditAction.SIGN_IN_SLOWED, by=user, subject=user)


def _key(name: str) -> str:
    return salted_hmac("schools.throttle", name.casefold(), algorithm="sha256").hexdigest()
