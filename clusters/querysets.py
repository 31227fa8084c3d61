"""Reads of public content, with names that read as English."""

from django.db import models
from django.db.models import F, Q

from clusters.choices import InterestArea, Outlook


class NaturalKeyQuerySet(models.QuerySet):
    """Finds a row by the key under which fixtures and official files know it."""

    def get_by_natural_key(self, *key):
        return self.get(**dict(zip(self.model.natural_key_lookups(), key, strict=True)))


class ReferenceQuerySet(NaturalKeyQuerySet):
    def current(self):
        """Rows that the newest release still has, and rows that were added here."""
        return self.filter(retired_on=None)


class PathwayOccupationQuerySet(ReferenceQuerySet):
    def shown(self):
        """Assignments that the public pages show: current, and not hidden by an editor."""
        return self.current().filter(hidden=False, occupation__retired_on=None, pathway__retired_on=None)


class OccupationQuerySet(ReferenceQuerySet):
    def in_cluster(self, slug: str):
        """Occupations on any pathway of the cluster."""
        return self._on_pathways(pathway__cluster__slug=slug)

    def on_pathway(self, pathway):
        return self._on_pathways(pathway=pathway)

    def _on_pathways(self, **condition):
        assignments = self.model._meta.get_field("pathway_occupations").related_model.objects
        return self.filter(pk__in=assignments.shown().filter(**condition).values("occupation"))

    def paid_at_least(self, dollars: int):
        """Half of the people in it earn at least so much a year; occupations without a yearly wage are left out."""
        return self.filter(wage_median__gte=dollars)

    def with_outlook(self, step: Outlook):
        low, high = Outlook.limits()[step]
        condition = Q(projected_change__isnull=False)
        if low is not None:
            condition &= Q(projected_change__gte=low)
        if high is not None:
            condition &= Q(projected_change__lt=high)
        return self.filter(condition)

    def led_by(self, area: InterestArea):
        """Occupations whose highest interest score is in this area."""
        others = [other.value for other in InterestArea if other != area]
        return self.filter(*(Q(**{f"{area}__gte": F(other)}) for other in others))
