from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from schools.choices import AuditAction, Role


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


class Membership(models.Model):
    """The role that somebody has at a school, or in the whole district."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("account"))
    school = models.ForeignKey(
        School,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("school"),
        help_text=_("Empty for a district editor, who works for all schools."),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["school__name", "user__username"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "school"],
                name="one_role_at_a_school",
                violation_error_message=_("This account has a role at this school already. Change that one."),
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(school__isnull=True),
                name="one_role_in_the_district",
                violation_error_message=_("This account is a district editor already."),
            ),
            models.CheckConstraint(
                condition=Q(role=Role.DISTRICT_EDITOR, school__isnull=True)
                | (~Q(role=Role.DISTRICT_EDITOR) & Q(school__isnull=False)),
                name="only_a_district_editor_has_no_school",
                violation_error_message=_("A district editor has no school; every other role has one."),
            ),
        ]

    def __str__(self):
        return f"{self.user}, {self.get_role_display()}" + (f", {self.school}" if self.school_id else "")


class AuditEntryQuerySet(models.QuerySet):
    """Reads only: what was written down stays."""

    def update(self, **values):
        raise TypeError("The audit log is not changed.")

    def delete(self):
        raise TypeError("The audit log is not deleted.")


class AuditEntry(models.Model):
    """Who did what when, in words that stay true when the account or the row is gone. Written by ``schools.audit``."""

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    # Not a foreign key: an entry outlives the account and the school it speaks of.
    actor_id = models.BigIntegerField(_("account"), null=True, db_index=True)
    actor = models.CharField(_("who"), max_length=150)
    action = models.CharField(_("what"), max_length=20, choices=AuditAction.choices)
    school_id = models.BigIntegerField(_("school"), null=True, db_index=True)
    subject = models.CharField(_("of what"), max_length=300)
    detail = models.TextField(_("in detail"), blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the audit log")
        verbose_name_plural = _("audit log")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.actor}: {self.get_action_display()}, {self.subject}"

    def save(self, *args, **kwargs):
        if self.pk is not None:
            raise TypeError("The audit log is not changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("The audit log is not deleted.")


class SignInThrottle(models.Model):
    """Wrong passwords for one sign-in name in a row, whether such an account exists or not."""

    # A keyed hash: people type their password where the name belongs.
    key = models.CharField(_("key"), max_length=64, unique=True)
    failures = models.PositiveIntegerField(_("wrong passwords in a row"), default=0)
    failed_at = models.DateTimeField(_("last one at"))

    class Meta:
        verbose_name = _("slowed sign-in")
        verbose_name_plural = _("slowed sign-ins")

    def __str__(self):
        return f"{self.failures} until {self.failed_at}"
