from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.choices import Basis, Colour, Icon
from clusters.models.base import ReferenceModel, ReviewedModel
from clusters.querysets import PathwayOccupationQuerySet, PathwayQuerySet


class Framework(ReferenceModel):
    """An edition of the National Career Clusters Framework."""

    NATURAL_KEY = ("code",)
    SHIPPED = ("title",)

    code = models.SlugField(_("code"), unique=True, help_text=_("Such as ncc-16."))
    title = models.CharField(_("title"), max_length=200)

    class Meta:
        verbose_name = _("framework")
        verbose_name_plural = _("frameworks")
        ordering = ["code"]

    def __str__(self):
        return self.title


class Cluster(ReviewedModel, ReferenceModel):
    """One of the fields of work that the framework divides all work into."""

    NATURAL_KEY = ("framework", "number")
    SHIPPED = (
        "title", "summary", "what_people_do", "why_it_matters", "you_might_like", "you_might_not_like", "colour", "icon",
    )  # fmt: skip

    framework = models.ForeignKey(
        Framework, on_delete=models.PROTECT, related_name="clusters", verbose_name=_("framework")
    )
    LOCAL = (*ReferenceModel.LOCAL, "reviewed_on")
    number = models.PositiveSmallIntegerField(_("number"), help_text=_("The official number, 1 to 16."))
    slug = models.SlugField(
        _("address"),
        max_length=100,
        unique=True,
        help_text=_("The last part of the page's address. A change breaks links to it."),
    )
    title = models.CharField(_("title"), max_length=120, help_text=_("The official name."))
    summary = models.TextField(
        _("summary"),
        blank=True,
        help_text=_("One or two sentences: what this field of work is. Shown under the title and in lists."),
    )
    what_people_do = models.TextField(
        _("what people here do"), blank=True, help_text=_("Three to five sentences, from entry level to advanced.")
    )
    why_it_matters = models.TextField(_("why it matters"), blank=True, help_text=_("Two or three sentences."))
    you_might_like = models.TextField(_("what you might like"), blank=True, help_text=_("Two or three sentences."))
    you_might_not_like = models.TextField(
        _("what you might not like"), blank=True, help_text=_("Two or three honest sentences.")
    )
    colour = models.PositiveSmallIntegerField(
        _("colour"), choices=Colour.choices, help_text=_("Of the cluster's page and everything below it.")
    )
    icon = models.CharField(_("sign"), max_length=40, choices=Icon.choices)

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        ordering = ["framework", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "number"],
                name="cluster_number_once_per_framework",
                violation_error_message=_("This framework already has a cluster with this number."),
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("clusters:cluster_detail", args=[self.slug])


class Pathway(ReviewedModel, ReferenceModel):
    """A part of a cluster that shares knowledge and skills, such as Therapeutic Services."""

    NATURAL_KEY = ("cluster", "number")
    SHIPPED = ("title", "summary", "knowledge_and_skills", "day_in_it", "position")
    LOCAL = (*ReferenceModel.LOCAL, "reviewed_on", "hidden")

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="pathways", verbose_name=_("cluster"))
    number = models.CharField(_("number"), max_length=10, help_text=_("The official number, such as 8.1."))
    position = models.PositiveSmallIntegerField(
        _("position"), help_text=_("Place in the cluster's list; the lowest comes first.")
    )
    slug = models.SlugField(
        _("address"), max_length=100, help_text=_("The last part of the page's address. A change breaks links to it.")
    )
    title = models.CharField(_("title"), max_length=120, help_text=_("The official name."))
    summary = models.TextField(
        _("summary"), blank=True, help_text=_("One or two sentences: what it is about and where it happens.")
    )
    knowledge_and_skills = models.TextField(
        _("what you learn"), blank=True, help_text=_("Four to six points, one on each line.")
    )
    day_in_it = models.TextField(
        _("a day in it"), blank=True, help_text=_("One believable day in one role, told to the reader as “you”.")
    )
    hidden = models.BooleanField(
        _("hidden"),
        default=False,
        db_default=False,
        help_text=_(
            "Leave this pathway and its programs off all public pages. Nothing is lost: it can be shown again."
        ),
    )
    occupations = models.ManyToManyField("clusters.Occupation", through="PathwayOccupation", related_name="pathways")

    objects = PathwayQuerySet.as_manager()

    class Meta:
        verbose_name = _("pathway")
        verbose_name_plural = _("pathways")
        ordering = ["cluster", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "number"],
                name="pathway_number_once_per_cluster",
                violation_error_message=_("This cluster already has a pathway with this number."),
            ),
            models.UniqueConstraint(
                fields=["cluster", "slug"],
                name="pathway_slug_once_per_cluster",
                violation_error_message=_("This cluster already has a pathway with this address."),
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("clusters:pathway_detail", args=[self.cluster.slug, self.slug])


class PathwayOccupation(ReferenceModel):
    """An occupation on a pathway, and on what ground."""

    NATURAL_KEY = ("pathway", "occupation")
    SHIPPED = ("basis", "hidden")

    pathway = models.ForeignKey(
        Pathway, on_delete=models.PROTECT, related_name="pathway_occupations", verbose_name=_("pathway")
    )
    occupation = models.ForeignKey(
        "clusters.Occupation",
        on_delete=models.PROTECT,
        related_name="pathway_occupations",
        verbose_name=_("occupation"),
    )
    basis = models.CharField(
        _("basis"),
        max_length=20,
        choices=Basis.choices,
        default=Basis.EDITORIAL,
        help_text=_(
            "Whether the official crosswalk puts the occupation here or an editor did. The page marks the second."
        ),
    )
    hidden = models.BooleanField(
        _("hidden"), default=False, help_text=_("Leave this occupation off the pathway's page here.")
    )

    objects = PathwayOccupationQuerySet.as_manager()

    class Meta:
        verbose_name = _("occupation on a pathway")
        verbose_name_plural = _("occupations on pathways")
        ordering = ["pathway", "occupation"]
        constraints = [
            models.UniqueConstraint(
                fields=["pathway", "occupation"],
                name="occupation_once_per_pathway",
                violation_error_message=_("This occupation is on the pathway already."),
            )
        ]

    def __str__(self):
        return f"{self.occupation} ({self.pathway})"
