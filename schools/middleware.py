"""How long staff stay signed in."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.urls import reverse

from schools.audit import record
from schools.choices import AuditAction

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
# A click is not worth a write each time; idleness is counted in minutes anyway.
SEEN_EVERY = 60


class StaffSessions:
    """Sign staff out who did nothing for a while, or who signed in long ago.

    Only within the admin: a public page that looked at the session could not be kept for everybody.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path.startswith(reverse("admin:index")) and request.user.is_authenticated:
            self._end_or_go_on(request)
        return self.get_response(request)

    def _end_or_go_on(self, request):
        now, session = int(time.time()), request.session
        # Without a sign: times that lie ahead are from a clock that was wrong, and would let a session last until then.
        idle = abs(now - session.get(SEEN_AT, now))
        signed_in = abs(now - session.get(SIGNED_IN_AT, now))
        if idle > settings.STAFF_IDLE_MINUTES * 60 or signed_in > settings.STAFF_SESSION_HOURS * 3600:
            record(AuditAction.SIGN_OUT, by=request.user, subject=request.user, detail="The time was up.")
            logout(request)
        elif SEEN_AT not in session:
            begin(session)
        elif idle >= SEEN_EVERY:
            session[SEEN_AT] = now


def begin(session) -> None:
    """Count the time from now: somebody has signed in."""
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time())
