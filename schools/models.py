from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A member of staff. Students have no accounts."""


class School(models.Model):
    """A school of the district, and whom to ask there about career-technical education (CTE)."""

    slug = models.SlugField(
        _("address"),
        max_length=60,
        unique=True,
        help_text=_("The last part of the page's address. A change breaks links to it."),
    )
    name = models.CharField(_("name"), max_length=120, unique=True)
    first_grade = models.PositiveSmallIntegerField(
        _("from grade"), default=9, validators=[MinValueValidator(6), MaxValueValidator(14)]
    )
    last_grade = models.PositiveSmallIntegerField(
        _("to grade"), default=12, validators=[MinValueValidator(6), MaxValueValidator(14)]
    )
    website = models.URLField(_("website"), blank=True)
    contact_name = models.CharField(
        _("contact for CTE"),
        max_length=100,
        blank=True,
        help_text=_("Whom students and parents ask about programs and courses, as they know them."),
    )
    contact_email = models.EmailField(_("contact's email"), blank=True, help_text=_("A work address. It is public."))
    contact_phone = models.CharField(_("contact's phone"), max_length=40, blank=True, help_text=_("It is public."))

    class Meta:
        verbose_name = _("school")
        verbose_name_plural = _("schools")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_grade__lte=F("last_grade")),
                name="schools_first_grade_up_to_its_last",
                violation_error_message=_("The first grade is not after the last one."),
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("clusters:school_detail", args=[self.slug])
