"""The database that a benchmark plays on, seen from beside the servers: what is stored meanwhile, and is taken back."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import django
from servers import ROOT, environment


def use_site(**changes: str) -> None:
    """Make the models of the site usable in this process, with the settings that its servers are told."""
    os.environ |= environment(**changes)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "careers.settings")
    sys.path.insert(0, str(ROOT))
    django.setup()


@contextmanager
def taken_back() -> Iterator[int]:
    """Delete the results and sessions that are made meanwhile. Gives the primary key of the newest result before."""
    # Models can be imported once Django is set up.
    from django.contrib.sessions.models import Session
    from django.db.models import Max

    from assessments.models import Result

    sessions = list(Session.objects.values_list("pk", flat=True))
    newest = Result.objects.aggregate(newest=Max("pk", default=0))["newest"]
    try:
        yield newest
    finally:
        Result.objects.filter(pk__gt=newest).delete()
        Session.objects.exclude(pk__in=sessions).delete()
