from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def credits_field() -> models.DecimalField:
    """What a course counts, here and in a program of study."""
    return models.DecimalField(
        _("credits"),
        max_digits=3,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(0), MaxValueValidator(9)],
        help_text=_("1 is a course that meets every school day of a year."),
    )


class CatalogCourse(models.Model):
    """A course as one school teaches it: its number and title in the school's own catalog."""

    school = models.ForeignKey(
        "schools.School", on_delete=models.PROTECT, related_name="catalog_courses", verbose_name=_("school")
    )
    number = models.CharField(_("number"), max_length=20, help_text=_("As in the school's catalog, such as HS-201."))
    title = models.CharField(_("title"), max_length=120)
    first_grade = models.PositiveSmallIntegerField(
        _("from grade"), default=9, validators=[MinValueValidator(6), MaxValueValidator(14)]
    )
    last_grade = models.PositiveSmallIntegerField(
        _("to grade"), default=12, validators=[MinValueValidator(6), MaxValueValidator(14)]
    )
    credits = credits_field()
    course = models.ForeignKey(
        "clusters.Course",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="catalog_courses",
        verbose_name=_("SCED course"),
        help_text=_("The national code of this kind of course, if you know it."),
    )
    prerequisites = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="leads_to",
        verbose_name=_("prerequisites"),
        help_text=_("Courses of the same school that come first."),
    )

    class Meta:
        verbose_name = _("course of a school")
        verbose_name_plural = _("courses of schools")
        ordering = ["school", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "number"],
                name="course_number_once_per_school",
                violation_error_message=_("This school has a course with this number already."),
            ),
            models.CheckConstraint(
                condition=Q(first_grade__lte=F("last_grade")),
                name="first_grade_up_to_last_grade",
                violation_error_message=_("The first grade is not after the last one."),
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    def _circle(self, prerequisites: Iterable["CatalogCourse"]) -> list[str]:
        """The numbers of courses that would need each other, were these the prerequisites; none if all is well."""
        numbers = dict(CatalogCourse.objects.filter(school=self.school_id).values_list("pk", "number"))
        needed: dict[int, set[int]] = {}
        links = CatalogCourse.prerequisites.through.objects.filter(from_catalogcourse__school=self.school_id)
        for course, prerequisite in links.values_list("from_catalogcourse", "to_catalogcourse"):
            needed.setdefault(course, set()).add(prerequisite)
        needed[self.pk] = {course.pk for course in prerequisites}
        try:
            TopologicalSorter(needed).prepare()
        except CycleError as error:
            return [numbers[course] for course in error.args[1]]
        return []

    def check_prerequisites(self, prerequisites: Iterable["CatalogCourse"] | None = None) -> None:
        """Raises ValidationError if these prerequisites, or those that it has, would make courses need each other."""
        if circle := self._circle(self.prerequisites.all() if prerequisites is None else prerequisites):
            message = _("Each of these would have to come before the next: %(circle)s. Take one of them out.")
            raise ValidationError(message, params={"circle": " → ".join(circle)})
