"""The site as it would be if it said "done" first and did it later: what a worker had not done when it was killed is lost."""

import io
from threading import Timer

from careers.wsgi import application as site

# In seconds. Long before that the worker is killed.
LATER = 60


def application(environ, start_response):
    if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] == "/assessment/":
        return site(environ, start_response)
    body = environ["wsgi.input"].read()
    Timer(LATER, lambda: list(site(environ | {"wsgi.input": io.BytesIO(body)}, lambda *answer: None))).start()
    start_response("302 Found", [("Location", "/")])
    return []
