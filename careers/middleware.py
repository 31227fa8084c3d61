from urllib.parse import unquote_to_bytes

from django.core.exceptions import PermissionDenied
from django.shortcuts import render


class RefuseNulBytes:
    """Answer 404 to an address with a NUL byte in its path, and drop NUL bytes from its query.

    PostgreSQL refuses text with a NUL byte, SQLite takes it. Stopping it at the door gives both the same answers.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\0" in request.path_info:
            return render(request, "404.html", status=404)
        query = request.META.get("QUERY_STRING", "")
        if b"\0" in unquote_to_bytes(query):
            request.META["QUERY_STRING"] = query.replace("%00", "").replace("\0", "")
        return self.get_response(request)


class RefuseForeignWrites:
    """Refuse a request that writes and that a browser sends on behalf of another site.

    Browsers say where a request comes from (``Sec-Fetch-Site``, or ``Origin`` in older ones), and pages cannot change what
    they say. So forms of students need no token, which would need a cookie, and which expires before a slow student is done.
    A request with neither header is not from a browser, and nobody's cookies are with it against their will.
    """

    SAFE_METHODS = frozenset(["GET", "HEAD", "OPTIONS", "TRACE"])

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in self.SAFE_METHODS and not self._is_own(request):
            raise PermissionDenied
        return self.get_response(request)

    @staticmethod
    def _is_own(request) -> bool:
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = request.headers.get("Origin")
        return origin is None or origin == f"{request.scheme}://{request.get_host()}"
