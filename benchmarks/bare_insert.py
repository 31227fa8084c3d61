"""One bare INSERT a request, through the server and the middleware of the site: the floor of benchmarks/answers.py."""

from careers.wsgi import application  # isort: skip (it sets Django up)

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from careers.urls import urlpatterns as site

__all__ = ["application"]
TABLE = "bare_insert"


@csrf_exempt
def bare_insert(request):
    """Store what was sent, without a look at it."""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} (body) VALUES (%s)", [request.body.decode()])  # noqa: S608 (a constant)
    return HttpResponse("stored")


# Beside the site's own addresses, which its middleware asks for.
urlpatterns = [path("bare-insert/", bare_insert), *site]
settings.ROOT_URLCONF = __name__
