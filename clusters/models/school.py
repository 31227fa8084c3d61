"""What a school says of itself beside its programs and courses."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from clusters.choices import Offer
from clusters.querysets import SchoolNoteQuerySet


class SchoolNote(models.Model):
    """What a school says about a pathway, shown on the pathway's page under the school's name."""

    school = models.ForeignKey(
        "schools.School", on_delete=models.CASCADE, related_name="notes", verbose_name=_("school")
    )
    pathway = models.ForeignKey(
        "clusters.Pathway", on_delete=models.PROTECT, related_name="notes", verbose_name=_("pathway")
    )
    offered = models.CharField(
        _("offered here"),
        max_length=20,
        choices=Offer.choices,
        default=Offer.OFFERED,
        help_text=_("Whether students of the school can take this pathway, and where."),
    )
    text = models.TextField(
        _("note"),
        blank=True,
        help_text=_("Whom to ask, where, until when, such as: Ask Ms. Rivera, room 12. Applications until March 15."),
    )
    first_program = models.ForeignKey(
        "clusters.Program",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("program to start with"),
        help_text=_("The one of the school's programs on this pathway that is named first."),
    )

    objects = SchoolNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note of a school on a pathway")
        verbose_name_plural = _("notes of schools on pathways")
        ordering = ["school__name", "pathway"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "pathway"],
                name="one_note_of_a_school_on_a_pathway",
                violation_error_message=_("This school has a note on this pathway already. Edit that one."),
            )
        ]

    def __str__(self):
        return f"{self.school}: {self.pathway}"

    def get_absolute_url(self):
        return f"{self.pathway.get_absolute_url()}#schools"

    def clean(self):
        program = self.first_program
        if program and (program.school_id, program.pathway_id) != (self.school_id, self.pathway_id):
            message = _("Choose one of this school's own programs on this pathway.")
            raise ValidationError({"first_program": message})


class AddressCheck(models.Model):
    """What an address on the pages answered when ``check_addresses`` asked it last."""

    url = models.URLField(_("address"), max_length=500, unique=True)
    checked_at = models.DateTimeField(_("asked at"))
    problem = models.CharField(_("problem"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("check of an address")
        verbose_name_plural = _("checks of addresses")
        ordering = ["url"]

    def __str__(self):
        return self.url
