"""What one studies: courses in school, majors after it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clusters.models.base import ReferenceModel
from clusters.querysets import MajorOccupationQuerySet


class Course(ReferenceModel):
    """A kind of secondary-school course in the School Courses for the Exchange of Data (SCED) of NCES."""

    NATURAL_KEY = ("code",)
    SHIPPED = ("title", "subject_area")

    code = models.CharField(
        _("SCED code"), max_length=5, unique=True, help_text=_("Five digits; the first two are the subject area.")
    )
    title = models.CharField(_("title"), max_length=200)
    subject_area = models.CharField(_("subject area"), max_length=2, help_text=_("The first two digits of the code."))

    class Meta:
        verbose_name = _("SCED course")
        verbose_name_plural = _("SCED courses")
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} {self.title}"


class Major(ReferenceModel):
    """A field of study after high school, in the Classification of Instructional Programs (CIP) of NCES."""

    NATURAL_KEY = ("code",)
    SHIPPED = ("title",)

    code = models.CharField(_("CIP code"), max_length=7, unique=True, help_text=_("Such as 51.3801."))
    title = models.CharField(_("title"), max_length=250)
    occupations = models.ManyToManyField("clusters.Occupation", through="MajorOccupation", related_name="majors")

    class Meta:
        verbose_name = _("major")
        verbose_name_plural = _("majors")
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} {self.title}"


class MajorOccupation(ReferenceModel):
    """A major that prepares for an occupation, by the NCES crosswalk."""

    NATURAL_KEY = ("major", "occupation")

    major = models.ForeignKey(
        Major, on_delete=models.PROTECT, related_name="major_occupations", verbose_name=_("major")
    )
    occupation = models.ForeignKey(
        "clusters.Occupation", on_delete=models.PROTECT, related_name="major_occupations", verbose_name=_("occupation")
    )

    objects = MajorOccupationQuerySet.as_manager()

    class Meta:
        verbose_name = _("occupation a major leads to")
        verbose_name_plural = _("occupations majors lead to")
        ordering = ["major", "occupation"]
        constraints = [
            models.UniqueConstraint(
                fields=["major", "occupation"],
                name="occupation_once_per_major",
                violation_error_message=_("This occupation is with the major already."),
            )
        ]

    def __str__(self):
        return f"{self.major} -> {self.occupation}"
