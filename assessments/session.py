"""Which result belongs to the browser: its number in the session, and nothing else."""

from assessments.models import Result

KEY = "result"


def current_result(request) -> Result | None:
    """The result of this browser session, unless it is gone or has expired."""
    number = request.session.get(KEY)
    if number is None:
        return None
    return Result.objects.kept().select_related("assessment", "previous__assessment").filter(pk=number).first()


def remember(request, result: Result) -> None:
    """Make ``result`` the one of this browser session, under a new session key that nobody can have planted."""
    request.session.cycle_key()
    request.session[KEY] = result.pk
    # Until the browser is closed: the next person at a shared computer must not find it.
    request.session.set_expiry(0)


def forget(request) -> None:
    request.session.flush()
