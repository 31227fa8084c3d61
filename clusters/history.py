"""Which content has a history, and what belongs together in it: what one form of the admin edits."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clusters import models
from schools.wholes import register

# What a release says of a row is the release's own history.
FROM_RELEASES = ("source", "shipped", "retired_on")


def _came_with_a_release(row):
    return row.shipped is not None


def _courses_of_its_school(program):
    """A version may name a course that was there by mistake; it does not come back with it."""
    taught = program.course_slots.filter(catalog_course__isnull=False)
    if taught.exclude(catalog_course__school=program.school_id).exists():
        raise ValidationError(_("It has a course from the catalog of another school."))


def register_content() -> None:
    """Call once, when all models and their translated columns are there."""
    _with_parts(models.Framework)
    _with_parts(models.Cluster, stays=("slug",))
    _with_parts(models.Pathway, stays=("slug", "hidden"), parts={"pathway_occupations": ("occupation",)})
    _with_parts(
        models.Program,
        parts={
            "course_slots": ("grade", "title_en"),
            "program_occupations": ("occupation",),
            "program_credentials": ("credential",),
            "work_based_learning": ("grade", "kind"),
            "program_majors": ("major", "award"),
        },
        stays=("slug", "status", "school", "based_on"),
        unseen=("adopted", "key"),
        leaves_out=("was_public",),
        check=_courses_of_its_school,
    )
    _with_parts(models.Credential, stays=("slug",))
    _with_parts(
        models.Occupation,
        parts={
            "pathway_occupations": ("pathway",),
            "occupation_skills": ("skill",),
            "occupation_technologies": ("technology",),
            "related_occupations": ("related",),
        },
    )
    _with_parts(models.Major, parts={"major_occupations": ("occupation",)})
    for model in (models.AlternateTitle, models.Skill, models.Technology, models.Course):
        _with_parts(model)
    register(models.CatalogCourse, stays=("school",), check=models.CatalogCourse.check_prerequisites)
    register(models.SchoolNote, stays=("school", "pathway"))


def _with_parts(model, *, leaves_out=(), **traits):
    register(model, leaves_out=(*FROM_RELEASES, *leaves_out), fixed=_came_with_a_release, **traits)
