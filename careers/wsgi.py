"""The WSGI application, for granian, gunicorn or any other server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "careers.settings")
application = get_wsgi_application()

# The apps have to be there first, for one of the questions is about accounts.
from careers.checks import refuse_unsafe_start  # noqa: E402

refuse_unsafe_start()
