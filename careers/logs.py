"""What the site writes to its log: one line for each request, and faults; of people nothing at all.

Nothing gets into a line but the fields of ``ALLOWED``. What a visitor sent is in none of them: no path (it can hold a name
that somebody typed), no query, no address, no header but a request id of the proxy. Messages are written without what was
filled into them, and exceptions without their text, for both can quote an answer, a search word or a name.
"""

import json
import logging
import re
import time
import traceback
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime

from django.core.exceptions import ImproperlyConfigured

ALLOWED = (
    "time", "level", "logger", "request_id", "method", "url_name", "status", "duration_ms", "user", "message", "exception",
    "where",
)  # fmt: skip
HEADER = "X-Request-ID"
# What proxies make: a UUID, or as many hexadecimal digits. Anything else could be a message from a visitor.
REQUEST_ID = re.compile(r"[0-9a-fA-F]{8}[0-9a-fA-F-]{8,28}")
METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"])

request_id = ContextVar("request_id", default=None)
logger = logging.getLogger("careers.requests")


class LogRequests:
    """Give each request an id, which the answer carries too, and write one line about it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        begun = time.perf_counter()
        sent = request.headers.get(HEADER, "")
        token = request_id.set(sent if REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response[HEADER] = request_id.get()
            logger.info("", extra={"fields": _fields(request, response, time.perf_counter() - begun)})
        finally:
            request_id.reset(token)
        return response


def _fields(request, response, seconds: float) -> dict:
    match = request.resolver_match
    # Only where a view asked who it is: asking here would open the session of every visitor.
    user = getattr(request, "_cached_user", None)
    return {
        "method": request.method if request.method in METHODS else "other",
        "url_name": match.view_name if match else None,
        "status": response.status_code,
        "duration_ms": round(seconds * 1000, 1),
        "user": "staff" if user is not None and user.is_authenticated else "visitor",
    }


def _record_fields(record: logging.LogRecord) -> dict:
    """Everything of a record that may be written, in the order of ALLOWED; what is not known is left out."""
    found = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "request_id": request_id.get(),
        **getattr(record, "fields", {}),
    }
    # Django's words about a request are its path or what was wrong with it; the name of the logger says the same.
    if isinstance(record.msg, str) and not record.name.startswith("django."):
        found["message"] = record.msg
    if record.exc_info and record.exc_info[0]:
        found |= _exception(record.exc_info)
    return {name: found[name] for name in ALLOWED if found.get(name) not in (None, "")}


def _exception(exc_info) -> dict:
    kind, _text, trace = exc_info
    frames = traceback.extract_tb(trace)
    return {
        "exception": kind.__qualname__,
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record):
        return json.dumps(_record_fields(record), ensure_ascii=False)


class PlainFormatter(logging.Formatter):
    """The same for eyes: the fields with a space between them, and an exception's places on lines of their own."""

    def format(self, record):
        fields = _record_fields(record)
        places = fields.pop("where", [])
        return "\n  ".join([" ".join(str(value) for value in fields.values()), *places])


def configuration(form: str) -> dict:
    """The setting LOGGING for the form "json" or "plain"."""
    formatters = {"json": JsonFormatter, "plain": PlainFormatter}
    if form not in formatters:
        raise ImproperlyConfigured(f"LOG_FORMAT is “{form}”. Set it to json or plain.")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"site": {"()": formatters[form]}},
        "filters": {"bugs": {"()": "careers.faults.Bugs"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "site"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "careers.requests": {"level": "INFO"},
            # In place of Django's own handlers, which write paths, and send them to administrators.
            "django": {"handlers": [], "level": "INFO"},
            # Each request has its line already; of these only bugs say more.
            "django.request": {"level": "ERROR", "filters": ["bugs"]},
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
        },
    }
