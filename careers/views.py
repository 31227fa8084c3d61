"""Pages about the site itself, and the home page."""

import sys

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import defaults
from django.views.decorators.http import require_safe

from careers import faults, readiness
from clusters.atlas import atlas
from clusters.choices import InterestArea
from clusters.models import DataSource


@require_safe
def home(request):
    """The sixteen clusters, the search box, and six ways in by interest."""
    found = atlas()
    context = {
        "clusters": found.clusters.values(),
        "areas": list(InterestArea),
        "occupation_count": len(found.occupations),
    }
    return render(request, "careers/home.html", context)


@require_safe
def about(request):
    return render(request, "careers/about.html")


@require_safe
def data_sources(request):
    """Every release the site's facts come from, with its date, licence and credit line."""
    return render(
        request, "careers/data_sources.html", {"sources": DataSource.objects.order_by("title", "-released_on")}
    )


@require_safe
def privacy(request):
    """What is kept, and for how long."""
    return render(request, "careers/privacy.html", {"results_kept_days": settings.RESULTS_KEPT_DAYS})


@require_safe
def accessibility(request):
    return render(request, "careers/accessibility.html")


@require_safe
def healthz(request):
    """Says that the process answers; it asks nothing else of the machine."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request):
    """Says whether this process can serve the site, check by check; why it cannot is for `manage.py doctor` to say."""
    found = readiness.answers()
    answer = {
        "status": "ready" if all(found.values()) else "not ready",
        "checks": {name: "ok" if good else "problem" for name, good in found.items()},
    }
    if without := readiness.without():
        answer["without"] = without
    return JsonResponse(answer, status=200 if all(found.values()) else 503, headers={"Cache-Control": "no-store"})


@require_safe
def robots(request):
    sitemap = request.build_absolute_uri(reverse("sitemap"))
    closed = [reverse(name) for name in ("admin:index", "clusters:search", "assessments:result_detail")]
    rules = "".join(f"Disallow: {path}\n" for path in closed)
    text = f"User-agent: *\n{rules}Sitemap: {sitemap}\n"
    return HttpResponse(text, content_type="text/plain")


def server_error(request):
    """Whatever nothing else has caught. Django calls this while the exception is being handled."""
    return faults.answer(request, sys.exception()) or defaults.server_error(request)


def bad_request(request, exception):
    """Also what Django makes of a session that cannot be written: that of a visitor who has signed out elsewhere."""
    return faults.answer(request, exception) or defaults.bad_request(request, exception)
