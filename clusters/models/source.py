import time

from django.db import connections, models, router
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from clusters.models.base import NaturalKeyModel


class DataSource(NaturalKeyModel):
    """One release of published data: who made it, when, under which licence, and the credit line the site must show."""

    NATURAL_KEY = ("slug",)

    slug = models.SlugField(
        _("short name"), unique=True, help_text=_("Such as onet-29-3. Files and imports know the release by it.")
    )
    title = models.CharField(_("title"), max_length=200)
    publisher = models.CharField(_("publisher"), max_length=200)
    release = models.CharField(
        _("release"), max_length=60, help_text=_("As the publisher names it, such as “May 2025”.")
    )
    released_on = models.DateField(
        _("released on"), help_text=_("The day, or the first day of the month that is named.")
    )
    url = models.URLField(_("address"), blank=True, help_text=_("Where the release can be had."))
    licence = models.CharField(_("licence"), max_length=200)
    credit = models.TextField(
        _("credit line"), blank=True, help_text=_("What the licence asks the site to say, word for word.")
    )
    used_for = models.CharField(
        _("used for"), max_length=200, help_text=_("What the site takes from it, in plain words.")
    )
    baseline = models.JSONField(
        _("figures for all occupations"),
        default=dict,
        blank=True,
        help_text=_(
            "What the release says of all occupations together, to compare one with: wage_median, projected_change."
        ),
    )

    class Meta:
        verbose_name = _("data source")
        verbose_name_plural = _("data sources")
        ordering = ["slug"]

    def __str__(self):
        return f"{self.title}, {self.release}"


class ContentVersion(models.Model):
    """Counts the changes of public content, in one row; what is kept in memory is kept under this number."""

    number = models.PositiveBigIntegerField(_("number"), default=1)

    class Meta:
        verbose_name = _("content version")
        verbose_name_plural = _("content versions")

    def __str__(self):
        return str(self.number)

    @classmethod
    def current(cls) -> int:
        """The number now; 0 before the first change."""
        # Nearly every page asks. A queryset takes Django ten times as long to put into words as the database needs to answer.
        with connections[router.db_for_read(cls)].cursor() as cursor:
            cursor.execute("SELECT number FROM clusters_contentversion WHERE id = 1")
            row = cursor.fetchone()
        return row[0] if row else 0

    @classmethod
    def bump(cls) -> None:
        """Count one change. Call it in the transaction of the change, so that both are seen at the same moment."""
        if not cls.objects.filter(pk=1).update(number=F("number") + 1):
            cls.objects.create(pk=1)

    @classmethod
    def leap(cls, *, beyond: int = 0) -> None:
        """Go on from a number that was never met, nor ``beyond``: after a restore, numbers would come a second time.

        It is the time in seconds, which no count of edits reaches, and which is later at the next restore.
        """
        cls.objects.update_or_create(pk=1, defaults={"number": max(int(time.time()), beyond, cls.current()) + 1})
