"""Reads of public content, with names that read as English."""

from collections.abc import Iterable

from django.db import connection, models
from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Collate, Lower, NullIf

from clusters.choices import CourseKind, InterestArea, Outlook, ProgramStatus


class NaturalKeyQuerySet(models.QuerySet):
    """Finds a row by the key under which fixtures and official files know it."""

    def get_by_natural_key(self, *key):
        return self.get(**dict(zip(self.model.natural_key_lookups(), key, strict=True)))

    def of_releases(self):
        """Rows that a release may speak of; what belongs to one school is not among them."""
        return self


class ReferenceQuerySet(NaturalKeyQuerySet):
    def current(self):
        """Rows that the newest release still has, and rows that were added here."""
        return self.filter(retired_on=None)


class PathwayQuerySet(ReferenceQuerySet):
    def current(self):
        """Pathways that the public sees: in the newest release or added here, and not hidden by an editor."""
        return super().current().filter(hidden=False)


class SchoolNoteQuerySet(models.QuerySet):
    def on_pathway(self, pathway):
        """What schools say about a pathway, by name, each with its school and the program that it names first.

        ``names_program``: whether that program is one of the school's own on this pathway, and public.
        """
        programs = self.model._meta.get_field("first_program").related_model.objects.published()
        named = programs.filter(pk=OuterRef("first_program"), school=OuterRef("school"), pathway=OuterRef("pathway"))
        return (
            self.filter(pathway=pathway)
            .select_related("school", "first_program")
            .only("text", "offered", "school__name", "school__slug", "first_program__title", "first_program__slug")
            .annotate(names_program=Exists(named))
            .order_by("school__name")
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
        return self.current().filter(
            hidden=False, occupation__retired_on=None, pathway__retired_on=None, pathway__hidden=False
        )


def _count(rows):
    """How many rows a subquery has."""
    # A plain function, because an aggregate would be grouped by every column of the row.
    counted = rows.order_by().annotate(count=Func("pk", function="COUNT", output_field=IntegerField()))
    return Subquery(counted.values("count"))


class ProgramQuerySet(ReferenceQuerySet):
    def published(self):
        """Programs that the public sees."""
        return self.current().filter(
            status=ProgramStatus.PUBLISHED,
            pathway__retired_on=None,
            pathway__hidden=False,
            pathway__cluster__retired_on=None,
        )

    def in_use(self):
        """Programs that are public or may become so."""
        return self.exclude(status=ProgramStatus.ARCHIVED)

    def models(self):
        """Model programs, which are for every school."""
        return self.filter(school=None)

    of_releases = models

    def offered_at(self, school):
        return self.filter(school=school)

    def with_offers(self, most: int):
        """Programs with ``offers``: the first ``most`` public copies of each, by the name of the school."""
        offers = self.model.objects.published().select_related("school").order_by("school__name", "pk")
        offers = offers.only("slug", "based_on", "school__name", "school__slug")
        return self.prefetch_related(models.Prefetch("copies", offers[:most], to_attr="offers"))

    def on_pathway(self, pathway):
        """The model programs of a pathway, and then those that schools made on their own."""
        listed = self.filter(pathway=pathway).filter(Q(school=None) | Q(based_on=None))
        return listed.order_by(F("school__name").asc(nulls_first=True), "position", "title", "slug")

    def in_order(self):
        """In the order of the framework: by cluster, pathway, and place there."""
        return self.order_by("pathway__cluster__number", "pathway__position", "position", "title", "slug")

    def open_to(self, grade: int):
        """Programs that a student in this grade can still join and finish."""
        return self.filter(last_entry__gte=grade)

    def with_dual_credit(self):
        """Programs in which at least one course counts for college too."""
        slots = self.model._meta.get_field("course_slots").related_model.objects
        return self.filter(pk__in=slots.current().filter(dual_credit=True).values("program"))

    def leading_to(self, credential: str):
        """Programs in which students can earn the credential with this short name."""
        links = self.model._meta.get_field("program_credentials").related_model.objects
        return self.filter(pk__in=links.current().filter(credential__slug=credential).values("program"))

    def leading_into(self, occupation):
        """Programs that prepare for the occupation."""
        links = self.model._meta.get_field("program_occupations").related_model.objects
        return self.filter(pk__in=links.current().filter(occupation=occupation).values("program")).in_order()

    def with_school_count(self):
        """Programs with ``school_count``, the number of schools that have made it public at theirs."""
        # A copy is on the pathway of its model, so that the pathway need not be asked.
        copies = self.model.objects.current().filter(status=ProgramStatus.PUBLISHED, based_on=OuterRef("pk"))
        return self.annotate(school_count=_count(copies))

    def with_marks(self):
        """Programs with no more than a list says of each: career_courses, has_dual_credit, credential_count, school_count."""
        slots, links = (
            self.model._meta.get_field(name).related_model.objects.current().filter(program=OuterRef("pk"))
            for name in ("course_slots", "program_credentials")
        )
        careers = slots.filter(kind=CourseKind.CAREER)
        return (
            self.select_related("school")
            .only("slug", "title", "summary", "last_entry", "pathway", "school__name", "school__slug")
            .annotate(
                career_courses=_count(careers),
                has_dual_credit=Exists(slots.filter(dual_credit=True)),
                credential_count=_count(links),
            )
            .with_school_count()
        )

    def with_parts(self):
        """Programs with everything that stands on their pages, in a fixed number of queries."""
        parts = {
            "course_slots": ("course__source", "catalog_course"),
            "program_credentials": ("credential",),
            "work_based_learning": (),
            "program_majors": ("major__source",),
            "program_occupations": ("occupation",),
        }
        prefetches = []
        for name, related in parts.items():
            rows = self.model._meta.get_field(name).related_model.objects.current().in_order()
            if related:
                # What a release has said of a shared row is longer than the row, and only its next import reads it.
                rows = rows.select_related(*related).defer(f"{related[0].partition('__')[0]}__shipped")
            prefetches.append(models.Prefetch(name, rows))
        return self.select_related("pathway__cluster", "school", "based_on", "source").prefetch_related(*prefetches)


class ProgramPartQuerySet(ReferenceQuerySet):
    def of_releases(self):
        return self.filter(program__school=None)

    def in_order(self):
        return self.order_by("position", "pk")


class YearQuerySet(ProgramPartQuerySet):
    def in_order(self):
        """Year by year."""
        return self.order_by("grade", "position", "pk")


class OccupationQuerySet(ReferenceQuerySet):
    def by_title(self):
        """From A to Z by the name that is shown, whatever the letters' case, in the same order on both databases."""
        plain = {"postgresql": "C", "sqlite": "BINARY"}[connection.vendor]
        name = Coalesce(NullIf("friendly_title", Value("")), "title")
        return self.order_by(Collate(Lower(name), plain), "code")

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
