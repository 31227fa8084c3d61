"""What was typed into a form whose session has ended: carried through the sign-in page, and sent once somebody is signed in.

It travels in the page, signed together with the address it was sent to: nothing is kept on the server, and nothing goes
anywhere else.
"""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

TOKEN = "csrfmiddlewaretoken"  # noqa: S105 (the name of a field)


def pack(request: HttpRequest) -> str:
    """The fields of a form that was sent, without passwords and files; empty where a form of these pages sent none.

    A form of these pages has a token, which was checked before anything else.
    """
    if request.method != "POST" or TOKEN not in request.POST:
        return ""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != TOKEN and "password" not in name
        for value in values
    ]
    return signing.dumps(fields, salt=_salt(request.get_full_path()), compress=True) if fields else ""


def unpack(packed: str, *, path: str) -> list[tuple[str, str]]:
    """The fields that were sent to ``path``; none where somebody changed them or the path, or they are too old."""
    try:
        return signing.loads(packed, salt=_salt(path), max_age=settings.STAFF_SESSION_HOURS * 3600)
    except signing.BadSignature:
        return []


def _salt(path: str) -> str:
    return f"schools.carried:{path}"
