"""Which result belongs to the browser: its number in the session, and that of its assessment."""

from assessments.items import assessment_of
from assessments.models import Result

KEY, ASSESSMENT = "result", "assessment"


def current_result(request) -> Result | None:
    """The result of this browser session, unless it is gone or has expired."""
    number = request.session.get(KEY)
    if number is None:
        return None
    result = Result.objects.kept_with(number)
    if result:
        result.assessment = assessment_of(result.assessment_id)
    return result


def claimed_result(request) -> Result | None:
    """The same as far as the session knows it, without a query: primary keys only, and the result may be gone."""
    number, assessment = request.session.get(KEY), request.session.get(ASSESSMENT)
    return None if number is None or assessment is None else Result(pk=number, assessment_id=assessment)


def remember(request, result: Result) -> None:
    """Make ``result`` the one of this browser session, under a new session key that nobody can have planted."""
    # Without a key it gets one when it is stored, once and with all that is in it.
    if request.session.session_key:
        request.session.cycle_key()
    request.session[KEY] = result.pk
    request.session[ASSESSMENT] = result.assessment_id
    # Until the browser is closed: the next person at a shared computer must not find it.
    request.session.set_expiry(0)


def forget(request) -> None:
    request.session.flush()
