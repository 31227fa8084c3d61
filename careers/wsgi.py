"""The WSGI application, for granian, gunicorn or any other server."""

import os

from django.core.wsgi import get_wsgi_application

from careers.limits import limit_waiting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "careers.settings")
limit_waiting()
django = get_wsgi_application()

# They read the settings, the forms and the accounts, which are there once Django is set up.
from careers.checks import refuse_unsafe_start  # noqa: E402
from careers.pagecache import keep_pages  # noqa: E402

refuse_unsafe_start()
application = keep_pages(django)
