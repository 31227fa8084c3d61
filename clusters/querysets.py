"""Reads of public content, with names that read as English."""

from collections.abc import Iterable

from django.db import connection, models
from django.db.models import Count, F, Q
from django.db.models.functions import Collate, Lower

from clusters.choices import InterestArea, Outlook


class NaturalKeyQuerySet(models.QuerySet):
    """Finds a row by the key under which fixtures and official files know it."""

    def get_by_natural_key(self, *key):
        return self.get(**dict(zip(self.model.natural_key_lookups(), key, strict=True)))


class ReferenceQuerySet(NaturalKeyQuerySet):
    def current(self):
        """Rows that the newest release still has, and rows that were added here."""
        return self.filter(retired_on=None)


class ClusterQuerySet(ReferenceQuerySet):
    def with_counts(self):
        """Current clusters in their official order, each with pathway_count and occupation_count."""
        pathways = Q(pathways__retired_on=None)
        shown = pathways & Q(
            pathways__pathway_occupations__hidden=False,
            pathways__pathway_occupations__retired_on=None,
            pathways__pathway_occupations__occupation__retired_on=None,
        )
        return (
            self.current()
            .order_by("number")
            .annotate(
                pathway_count=Count("pathways", filter=pathways, distinct=True),
                occupation_count=Count("pathways__pathway_occupations__occupation", filter=shown, distinct=True),
            )
        )


class MajorOccupationQuerySet(ReferenceQuerySet):
    def to_study(self):
        """Links to what one can study from high school on, by code.

        CIP series 60 and 61 are residencies and fellowships, which doctors enter after their degree.
        """
        residencies = Q(major__code__startswith="60.") | Q(major__code__startswith="61.")
        return self.current().filter(major__retired_on=None).exclude(residencies).order_by("major__code")


class PathwayOccupationQuerySet(ReferenceQuerySet):
    def shown(self):
        """Assignments that the public pages show: current, and not hidden by an editor."""
        return self.current().filter(hidden=False, occupation__retired_on=None, pathway__retired_on=None)


class OccupationQuerySet(ReferenceQuerySet):
    # What a list, a plot or a card shows of an occupation.
    FACTS = (
        "pk", "code", "title", "summary", "job_zone", "wage_median", "hourly_wage_median", "wage_top_coded", "projected_change",
        "annual_openings", "employment", "entry_education", "source_id", "interests_source_id", "wages_source_id",
        "outlook_source_id",
    )  # fmt: skip

    def facts(self, *more: str):
        """Rows as dicts of FACTS and the fields named: half the cost of model instances, and lists need no more."""
        return self.values(*self.FACTS, *more)

    def by_title(self):
        """From A to Z, whatever the letters' case, in the same order on both databases."""
        plain = {"postgresql": "C", "sqlite": "BINARY"}[connection.vendor]
        return self.order_by(Collate(Lower("title"), plain), "code")

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

    def with_outlook(self, steps: Iterable[Outlook]):
        """Occupations whose projected change is in one of the steps; those without a projection are left out."""
        condition = Q(pk__in=[])
        for step in steps:
            low, high = Outlook(step).limits
            condition |= Q(projected_change__gte=low, projected_change__lt=high)
        return self.filter(condition)

    def led_by(self, area: InterestArea):
        """Occupations whose highest interest score is in this area."""
        others = [other.value for other in InterestArea if other != area]
        return self.filter(*(Q(**{f"{area}__gte": F(other)}) for other in others))
