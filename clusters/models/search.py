from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchKind(models.TextChoices):
    """What a search entry leads to, and by which kind of name."""

    CLUSTER = "cluster", _("Cluster")
    PATHWAY = "pathway", _("Pathway")
    PROGRAM = "program", _("Program of study")
    OCCUPATION = "occupation", _("Occupation")
    ALTERNATE_TITLE = "alternate", _("Job title")


class SearchEntry(models.Model):
    """One name under which something is found. Derived from the content and never edited; see clusters/search.py.

    The database keeps a full-text index of ``words`` beside it (migration 0002): FTS5 on SQLite, a GIN index on PostgreSQL.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=SearchKind.choices)
    row = models.PositiveBigIntegerField(_("row"), help_text=_("The id of the row whose name this is."))
    target = models.PositiveBigIntegerField(
        _("target"), help_text=_("The id of the cluster, pathway, program or occupation that is shown.")
    )
    title = models.CharField(_("title"), max_length=300)
    words = models.TextField(
        _("words"), help_text=_("The stems of the title's words, in plain lower-case letters, each once.")
    )
    length = models.PositiveSmallIntegerField(_("length"), help_text=_("How many words."))

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [models.UniqueConstraint(fields=["kind", "row"], name="one_search_entry_per_row")]

    def __str__(self):
        return self.title
