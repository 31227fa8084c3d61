"""The site's settings for a test run, which depends on nothing but the checkout and DATABASE_URL."""

import atexit
import os
import secrets
import tempfile
from pathlib import Path

# Nothing a test does reaches the data or the collected files of this checkout.
_var = tempfile.TemporaryDirectory(prefix="careers-tests-")
atexit.register(_var.cleanup)
(Path(_var.name) / "static").mkdir()

os.environ.update(
    SECRET_KEY=secrets.token_urlsafe(50),
    ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
    HTTPS="false",
    DATABASE_REPLICA_URL="",
    DEBUG="false",
    VAR_DIR=_var.name,
    # Playwright runs an event loop in the tests' thread, which Django would take for asynchronous code.
    DJANGO_ALLOW_ASYNC_UNSAFE="true",
)

from careers.settings import *  # noqa: E402, F403 (settings are read from the environment above)
from careers.settings import STORAGES  # noqa: E402

# Addresses of static files without their digest, so that a test needs no collectstatic.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
