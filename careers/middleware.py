from urllib.parse import unquote_to_bytes

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
