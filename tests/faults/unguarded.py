"""The site as it would be without what guards it: each drill has to fail here."""

from datetime import timedelta

from django.core.wsgi import get_wsgi_application

# No limits, no pages in memory.
application = get_wsgi_application()

from careers import urls  # noqa: E402
from schools import middleware, throttle  # noqa: E402

del urls.handler400, urls.handler500
# Times that lie ahead are believed.
middleware.abs = int
throttle.LONGEST_WAIT = timedelta(days=10_000)
