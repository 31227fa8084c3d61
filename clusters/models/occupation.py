from itertools import pairwise

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.choices import Education, Experience, InterestArea, JobZone, SkillKind, Training
from clusters.models.base import ReferenceModel, ReviewedModel
from clusters.querysets import OccupationQuerySet

PERCENTILES = ("p10", "p25", "median", "p75", "p90")


def _source(label, **kwargs):
    return models.ForeignKey(
        "clusters.DataSource",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=label,
        **kwargs,
    )


def _interest(area: InterestArea):
    return models.FloatField(
        area.label,
        null=True,
        blank=True,
        help_text=_("How much the work is of this kind, from 1 (not at all) to 7 (fully)."),
    )


def _yearly_wage(label):
    return models.PositiveIntegerField(
        label, null=True, blank=True, help_text=_("Dollars a year, in the whole country.")
    )


def _hourly_wage(label):
    return models.FloatField(label, null=True, blank=True, help_text=_("Dollars an hour, in the whole country."))


def _rising(*names: str) -> Q:
    """True where each figure is at least the one before it, or one of the two is missing."""
    condition = Q()
    for lower, higher in pairwise(names):
        condition &= (
            Q(**{f"{higher}__gte": F(lower)}) | Q(**{f"{lower}__isnull": True}) | Q(**{f"{higher}__isnull": True})
        )
    return condition


class Occupation(ReviewedModel, ReferenceModel):
    """A kind of work, in the O*NET-SOC 2019 taxonomy, with what is published about it.

    Interests come for the O*NET-SOC code, wages and outlook for the wider SOC code, which several occupations can share.
    Null says that nothing is published; it never means zero.
    """

    NATURAL_KEY = ("code",)
    INTERESTS = tuple(InterestArea.values)
    WAGES = (
        *(f"wage_{percentile}" for percentile in PERCENTILES),
        *(f"hourly_wage_{percentile}" for percentile in PERCENTILES),
        "wage_top_coded",
    )
    OUTLOOK = (
        "employment", "projected_employment", "projected_change", "annual_openings",
        "entry_education", "experience", "training",
    )  # fmt: skip
    WORDS = ("friendly_title", "summary", "normal_day", "hard_part", "good_part", "first_steps")
    SHIPPED = ("title", *WORDS, "soc_code", "soc_title", "job_zone", *INTERESTS, *WAGES, *OUTLOOK)
    LOCAL = (*ReferenceModel.LOCAL, "reviewed_on")

    code = models.CharField(
        _("O*NET-SOC code"),
        max_length=10,
        unique=True,
        validators=[RegexValidator(r"^\d{2}-\d{4}\.\d{2}\Z", _("Write the code as 29-1141.00."))],
        help_text=_("Such as 29-1141.00."),
    )
    title = models.CharField(_("title"), max_length=150)
    friendly_title = models.CharField(
        _("friendly title"),
        max_length=60,
        blank=True,
        help_text=_(
            "What people say: “Registered nurse” for “Registered Nurses”. The pages show it; empty for the title itself."
        ),
    )
    summary = models.TextField(
        _("summary"),
        blank=True,
        help_text=_("One sentence of 25 words at most that begins with the verb: what you would do, and for whom."),
    )
    normal_day = models.TextField(
        _("on a normal day"),
        blank=True,
        help_text=_("Four to six things, one on each line, each beginning with the verb and 15 words long at most."),
    )
    hard_part = models.TextField(_("what is hard"), blank=True, help_text=_("One honest sentence of 25 words at most."))
    good_part = models.TextField(
        _("what people like"), blank=True, help_text=_("One sentence of 25 words at most, as concrete as what is hard.")
    )
    first_steps = models.TextField(
        _("how people start"),
        blank=True,
        help_text=_("One sentence of 30 words at most that agrees with the job zone and the typical education."),
    )
    soc_code = models.CharField(
        _("SOC code"),
        max_length=7,
        db_index=True,
        help_text=_("The wider group that wages and outlook are published for."),
    )
    soc_title = models.CharField(_("SOC title"), max_length=150, blank=True)
    job_zone = models.PositiveSmallIntegerField(
        _("job zone"),
        choices=JobZone.choices,
        null=True,
        blank=True,
        help_text=_("How much preparation it takes, 1 to 5."),
    )

    interests_source = _source(_("source of the interests"))
    realistic = _interest(InterestArea.REALISTIC)
    investigative = _interest(InterestArea.INVESTIGATIVE)
    artistic = _interest(InterestArea.ARTISTIC)
    social = _interest(InterestArea.SOCIAL)
    enterprising = _interest(InterestArea.ENTERPRISING)
    conventional = _interest(InterestArea.CONVENTIONAL)

    wages_source = _source(_("source of the wages"))
    wage_p10 = _yearly_wage(_("10th percentile, a year"))
    wage_p25 = _yearly_wage(_("25th percentile, a year"))
    wage_median = _yearly_wage(_("median, a year"))
    wage_p75 = _yearly_wage(_("75th percentile, a year"))
    wage_p90 = _yearly_wage(_("90th percentile, a year"))
    hourly_wage_p10 = _hourly_wage(_("10th percentile, an hour"))
    hourly_wage_p25 = _hourly_wage(_("25th percentile, an hour"))
    hourly_wage_median = _hourly_wage(_("median, an hour"))
    hourly_wage_p75 = _hourly_wage(_("75th percentile, an hour"))
    hourly_wage_p90 = _hourly_wage(_("90th percentile, an hour"))
    wage_top_coded = models.BooleanField(
        _("top-coded"), default=False, help_text=_("The highest figures are only known to be “at least” this much.")
    )

    outlook_source = _source(_("source of the outlook"))
    employment = models.PositiveIntegerField(
        _("jobs"), null=True, blank=True, help_text=_("At the start of the projection.")
    )
    projected_employment = models.PositiveIntegerField(
        _("projected jobs"), null=True, blank=True, help_text=_("Ten years later.")
    )
    projected_change = models.FloatField(
        _("projected change"), null=True, blank=True, help_text=_("In percent over ten years.")
    )
    annual_openings = models.PositiveIntegerField(
        _("openings a year"), null=True, blank=True, help_text=_("New jobs and people who leave, on average.")
    )
    entry_education = models.CharField(
        _("typical education at entry"), max_length=20, choices=Education.choices, blank=True
    )
    experience = models.CharField(_("experience asked for"), max_length=20, choices=Experience.choices, blank=True)
    training = models.CharField(_("training on the job"), max_length=20, choices=Training.choices, blank=True)

    related = models.ManyToManyField("self", through="RelatedOccupation", symmetrical=False, related_name="+")

    objects = OccupationQuerySet.as_manager()

    class Meta:
        verbose_name = _("occupation")
        verbose_name_plural = _("occupations")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(job_zone__isnull=True) | Q(job_zone__range=(1, 5)),
                name="job_zone_from_1_to_5",
                violation_error_message=_("A job zone is a number from 1 to 5."),
            ),
            models.CheckConstraint(
                condition=Q(**{f"{area}__isnull": True for area in InterestArea.values})
                | Q(**{f"{area}__range": (1, 7) for area in InterestArea.values}),
                name="six_interests_from_1_to_7_or_none",
                violation_error_message=_("Give all six interests, each from 1 to 7, or none."),
            ),
            models.CheckConstraint(
                condition=_rising("wage_p10", "wage_p25", "wage_median", "wage_p75", "wage_p90"),
                name="yearly_wages_rise",
                violation_error_message=_("Each yearly wage must be at least the one before it."),
            ),
            models.CheckConstraint(
                condition=_rising(*(f"hourly_wage_{percentile}" for percentile in PERCENTILES)),
                name="hourly_wages_rise",
                violation_error_message=_("Each hourly wage must be at least the one before it."),
            ),
        ]

    @property
    def name(self) -> str:
        """What people call it: the friendly title, or the official one where there is no other."""
        return self.friendly_title or self.title

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("clusters:occupation_detail", args=[self.code])


class Skill(ReferenceModel):
    """A skill or an area of knowledge in the O*NET content model."""

    NATURAL_KEY = ("element_id",)
    SHIPPED = ("name", "kind")

    element_id = models.CharField(
        _("element"), max_length=20, unique=True, help_text=_("Its place in the O*NET content model, such as 2.A.1.a.")
    )
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=SkillKind.choices)

    class Meta:
        verbose_name = _("skill or knowledge")
        verbose_name_plural = _("skills and knowledge")
        ordering = ["element_id"]

    def __str__(self):
        return self.name


class OccupationSkill(ReferenceModel):
    """How much an occupation needs a skill or an area of knowledge."""

    NATURAL_KEY = ("occupation", "skill")
    SHIPPED = ("importance", "level")

    occupation = models.ForeignKey(
        Occupation, on_delete=models.PROTECT, related_name="occupation_skills", verbose_name=_("occupation")
    )
    skill = models.ForeignKey(
        Skill, on_delete=models.PROTECT, related_name="occupation_skills", verbose_name=_("skill or knowledge")
    )
    importance = models.FloatField(_("importance"), help_text=_("From 1 (not important) to 5 (extremely important)."))
    level = models.FloatField(
        _("level"), null=True, blank=True, help_text=_("How much of it the work needs, from 0 to 7.")
    )

    class Meta:
        verbose_name = _("skill of an occupation")
        verbose_name_plural = _("skills of occupations")
        ordering = ["occupation", "-importance", "skill"]
        constraints = [
            models.UniqueConstraint(
                fields=["occupation", "skill"],
                name="skill_once_per_occupation",
                violation_error_message=_("This occupation has the skill already."),
            ),
            models.CheckConstraint(
                condition=Q(importance__range=(1, 5)),
                name="importance_from_1_to_5",
                violation_error_message=_("Importance is a number from 1 to 5."),
            ),
        ]

    def __str__(self):
        return f"{self.occupation}: {self.skill}"


class Technology(ReferenceModel):
    """A program, a device or a language that people use at work."""

    NATURAL_KEY = ("name",)
    SHIPPED = ("hot",)

    name = models.CharField(_("name"), max_length=150, unique=True)
    hot = models.BooleanField(
        _("hot"), default=False, help_text=_("Employers' job postings ask for it often, across occupations.")
    )

    class Meta:
        verbose_name = _("technology")
        verbose_name_plural = _("technologies")
        ordering = ["name"]

    def __str__(self):
        return self.name


class OccupationTechnology(ReferenceModel):
    """A technology that an occupation uses."""

    NATURAL_KEY = ("occupation", "technology")
    SHIPPED = ("position", "in_demand")

    occupation = models.ForeignKey(
        Occupation, on_delete=models.PROTECT, related_name="occupation_technologies", verbose_name=_("occupation")
    )
    technology = models.ForeignKey(
        Technology, on_delete=models.PROTECT, related_name="occupation_technologies", verbose_name=_("technology")
    )
    position = models.PositiveSmallIntegerField(
        _("position"), help_text=_("Place in the occupation's list; the lowest comes first.")
    )
    in_demand = models.BooleanField(
        _("in demand"), default=False, help_text=_("Job postings for this occupation ask for it often.")
    )

    class Meta:
        verbose_name = _("technology of an occupation")
        verbose_name_plural = _("technologies of occupations")
        ordering = ["occupation", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["occupation", "technology"],
                name="technology_once_per_occupation",
                violation_error_message=_("This occupation has the technology already."),
            )
        ]

    def __str__(self):
        return f"{self.occupation}: {self.technology}"


class AlternateTitle(ReferenceModel):
    """A job title that people use for an occupation, such as "RN" for registered nurses."""

    NATURAL_KEY = ("occupation", "title", "short_title")

    occupation = models.ForeignKey(
        Occupation, on_delete=models.PROTECT, related_name="alternate_titles", verbose_name=_("occupation")
    )
    title = models.CharField(_("title"), max_length=200)
    short_title = models.CharField(
        _("short form"), max_length=80, blank=True, help_text=_("Such as RN for registered nurse.")
    )

    class Meta:
        verbose_name = _("alternate title")
        verbose_name_plural = _("alternate titles")
        ordering = ["occupation", "title", "short_title"]
        constraints = [
            models.UniqueConstraint(
                fields=["occupation", "title", "short_title"],
                name="alternate_title_once_per_occupation",
                violation_error_message=_("This occupation has the title already."),
            )
        ]

    def __str__(self):
        return self.title


class RelatedOccupation(ReferenceModel):
    """An occupation that is near another one, by what people in it do and know."""

    NATURAL_KEY = ("occupation", "related")
    SHIPPED = ("position",)

    occupation = models.ForeignKey(
        Occupation, on_delete=models.PROTECT, related_name="related_occupations", verbose_name=_("occupation")
    )
    related = models.ForeignKey(
        Occupation, on_delete=models.PROTECT, related_name="+", verbose_name=_("related occupation")
    )
    position = models.PositiveSmallIntegerField(_("position"), help_text=_("1 is the nearest."))

    class Meta:
        verbose_name = _("related occupation")
        verbose_name_plural = _("related occupations")
        ordering = ["occupation", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["occupation", "related"],
                name="related_once_per_occupation",
                violation_error_message=_("This occupation is related already."),
            ),
            models.CheckConstraint(
                condition=~Q(occupation=F("related")),
                name="not_related_to_itself",
                violation_error_message=_("An occupation is not related to itself."),
            ),
        ]

    def __str__(self):
        return f"{self.occupation} -> {self.related}"
