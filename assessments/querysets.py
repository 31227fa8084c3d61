"""Reads of instruments and results."""

from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from clusters.querysets import NaturalKeyQuerySet


class AssessmentQuerySet(NaturalKeyQuerySet):
    def offered(self):
        """The newest published version of each instrument, the longest first."""
        published = self.filter(published_on__lte=timezone.localdate())
        newest = published.filter(slug=OuterRef("slug")).order_by("-version").values("pk")[:1]
        return published.filter(pk=Subquery(newest)).order_by("-minutes", "slug")


class ResultQuerySet(models.QuerySet):
    def kept(self):
        """Results that have not expired."""
        return self.filter(expires_at__gt=timezone.now())

    def expired(self):
        return self.filter(expires_at__lte=timezone.now())

    def finished(self):
        return self.filter(finished_at__isnull=False)
