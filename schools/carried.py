"""What was typed into a form that could not be taken, and travels in the next page: nothing is kept on the server.

A form whose session has ended is carried through the sign-in page, signed together with the address it was sent to, and sent
once somebody is signed in. One that came while the database did not answer stands in the page that says so.
"""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.urls import Resolver404, resolve

TOKEN = "csrfmiddlewaretoken"  # noqa: S105 (the name of a field)
# Pages whose field "code" opens something. Elsewhere it is what a course or an occupation is known by.
CODES = {"admin:login", "admin:second_factor_set_up", "assessments:result_resume"}


def typed(request: HttpRequest) -> tuple[list[tuple[str, str]], bool]:
    """The fields of a form without passwords, codes of sign-in and files, and whether that is all of them."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    kept = [(name, value) for name, value in fields if not _is_secret(request, name)]
    return kept, len(kept) == len(fields) and not request.FILES


def _is_secret(request: HttpRequest, name: str) -> bool:
    return "password" in name or (name == "code" and _opens_something(request))


def _opens_something(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).view_name in CODES
    except Resolver404:
        return False


def pack(request: HttpRequest) -> str:
    """The fields of a form that was sent, without passwords and files; empty where a form of these pages sent none.

    A form of these pages has a token, which was checked before anything else.
    """
    if request.method != "POST" or TOKEN not in request.POST:
        return ""
    fields = [(name, value) for name, value in typed(request)[0] if name != TOKEN]
    return signing.dumps(fields, salt=_salt(request.get_full_path()), compress=True) if fields else ""


def unpack(packed: str, *, path: str) -> list[tuple[str, str]]:
    """The fields that were sent to ``path``; none where somebody changed them or the path, or they are too old."""
    try:
        return signing.loads(packed, salt=_salt(path), max_age=settings.STAFF_SESSION_HOURS * 3600)
    except signing.BadSignature:
        return []


def _salt(path: str) -> str:
    return f"schools.carried:{path}"
