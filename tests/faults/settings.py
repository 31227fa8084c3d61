"""The site's own settings for the drills' servers, but for static files, which need not be collected."""

from careers.settings import *  # noqa: F403
from careers.settings import STORAGES

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
