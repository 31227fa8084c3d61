"""The WSGI application, for granian, gunicorn or any other server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "careers.settings")
django = get_wsgi_application()

# It reads the settings and the forms, which are there once Django is set up.
from careers.pagecache import keep_pages  # noqa: E402

application = keep_pages(django)
