import datetime

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.querysets import AssessmentQuerySet, ResultQuerySet
from clusters.choices import InterestArea
from clusters.models.base import NaturalKeyModel


class Assessment(NaturalKeyModel):
    """An instrument in one version: items to be answered on one scale. Once published it is frozen."""

    NATURAL_KEY = ("slug", "version")

    slug = models.SlugField(
        _("short name"), help_text=_("Such as interests-60. All versions of an instrument share it.")
    )
    version = models.PositiveSmallIntegerField(_("version"), help_text=_("A changed instrument gets the next number."))
    title = models.CharField(_("title"), max_length=120, help_text=_("As students read it."))
    minutes = models.PositiveSmallIntegerField(_("minutes"), help_text=_("About how long it takes."))
    licence = models.CharField(_("licence"), max_length=200, help_text=_("Who wrote the items, and who may use them."))
    published_on = models.DateField(
        _("published on"), help_text=_("From this day on it can be taken and no longer be changed.")
    )

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["slug", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "version"],
                name="assessment_version_once",
                violation_error_message=_("This version of the assessment is there already."),
            )
        ]

    def __str__(self):
        return f"{self.title}, version {self.version}"


class Item(NaturalKeyModel):
    """One activity, to be answered from "strongly dislike" to "strongly like"."""

    NATURAL_KEY = ("assessment", "order")

    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="items", verbose_name=_("assessment")
    )
    order = models.PositiveSmallIntegerField(_("order"), validators=[MinValueValidator(1)])
    area = models.CharField(_("interest area"), max_length=20, choices=InterestArea.choices)
    text = models.CharField(_("text"), max_length=120, help_text=_("An activity, without “I” and without a full stop."))

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["assessment", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "order"],
                name="item_order_once_per_assessment",
                violation_error_message=_("The assessment has an item in this place already."),
            )
        ]

    def __str__(self):
        return self.text


def _expiry() -> datetime.datetime:
    return timezone.now() + datetime.timedelta(days=settings.RESULTS_KEPT_DAYS)


class Result(models.Model):
    """What one student answered. Nothing in it says who the student is.

    ``answers`` maps the order of an item, as text, to 1-5; ``scores`` are the six totals 0-40 in the order R I A S E C, null
    until the last item is answered. All answers are one JSON column, which is written twice as fast as a row an answer.
    """

    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="results", verbose_name=_("assessment")
    )
    answers = models.JSONField(_("answers"), default=dict)
    scores = models.JSONField(_("scores"), null=True)
    put_aside = models.JSONField(
        _("put aside"),
        default=list,
        help_text=_("Clusters and occupations that are “not for me”: cluster slugs and codes."),
    )
    previous = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("last time")
    )
    # Null, not empty, for results without a code: the column is unique.
    resume_code_hash = models.CharField(_("hash of the resume code"), max_length=64, null=True, unique=True)  # noqa: DJ001
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    expires_at = models.DateTimeField(_("expires"), default=_expiry, db_index=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [
            models.CheckConstraint(
                condition=Q(scores__isnull=True, finished_at__isnull=True)
                | Q(scores__isnull=False, finished_at__isnull=False),
                name="result_is_finished_with_its_scores",
                violation_error_message=_("A finished result has scores, and only a finished one."),
            )
        ]

    def __str__(self):
        # Not the answers: this text can end up in a log.
        return f"Result {self.pk}"

    def answer_to(self, order: int) -> int | None:
        return self.answers.get(str(order))
