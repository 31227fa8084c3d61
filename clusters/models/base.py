"""What all content has in common: a natural key, a source, and the memory of what was shipped."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import NotRegistered, translator

from clusters.querysets import NaturalKeyQuerySet, ReferenceQuerySet


def plain(value: Any) -> Any:
    """A value as ``shipped`` remembers it: JSON has no decimals, and a float would not be the same number."""
    return str(value) if isinstance(value, Decimal) else value


class NaturalKeyModel(models.Model):
    """A row that fixtures and official files know by a natural key, never by its number in this database."""

    NATURAL_KEY: tuple[str, ...]
    # What this installation knows about a row, and no release does.
    LOCAL: tuple[str, ...] = ()

    objects = NaturalKeyQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def natural_key_lookups(cls) -> list[str]:
        """The key as query lookups, foreign keys spelled out: ("cluster__framework__code", "cluster__number", ...)."""
        lookups = []
        for name in cls.NATURAL_KEY:
            related = cls._meta.get_field(name).related_model
            lookups += [f"{name}__{lookup}" for lookup in related.natural_key_lookups()] if related else [name]
        return lookups

    @classmethod
    def key_columns(cls) -> tuple[str, ...]:
        """The key as attributes of the row itself: ("cluster_id", "number")."""
        return tuple(cls._meta.get_field(name).attname for name in cls.NATURAL_KEY)

    def natural_key(self) -> tuple:
        key = []
        for name in self.NATURAL_KEY:
            value = getattr(self, name)
            key += value.natural_key() if isinstance(value, NaturalKeyModel) else [value]
        return tuple(key)


class ReferenceModel(NaturalKeyModel):
    """A row that arrives with a release and that an editor may change here.

    ``shipped`` remembers what the newest release said of each field in ``SHIPPED``. A field that differs from it was edited
    here, and no release overwrites it. ``shipped`` is null for rows that were added here.
    """

    SHIPPED: tuple[str, ...] = ()
    LOCAL = ("shipped", "retired_on")

    source = models.ForeignKey(
        "clusters.DataSource",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("source"),
        help_text=_("The release this row came with. Empty for rows added here."),
    )
    shipped = models.JSONField(_("as shipped"), null=True, blank=True, editable=False)
    retired_on = models.DateField(
        _("retired on"),
        null=True,
        blank=True,
        help_text=_("Since when no release has this row. The public lists leave it out."),
    )

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def shipped_columns(cls) -> tuple[str, ...]:
        """SHIPPED as columns."""
        return cls.columns_of(cls.SHIPPED)

    @classmethod
    def columns_of(cls, fields: Sequence[str]) -> tuple[str, ...]:
        """The fields with each translated one replaced by its columns: ("summary_en", "summary_es")."""
        try:
            translated = translator.get_options_for_model(cls).all_fields
        except NotRegistered:
            translated = {}
        columns: list[str] = []
        for name in fields:
            # Sorted, because modeltranslation keeps the columns of a field in a set.
            columns += sorted(column.name for column in translated[name]) if name in translated else [name]
        return tuple(columns)

    def edited_fields(self) -> dict[str, tuple[Any, Any]]:
        """For each field that was edited here: what was shipped, and what it is now."""
        shipped = self.shipped or {}
        return {
            name: (shipped[name], getattr(self, name))
            for name in self.shipped_columns()
            if name in shipped and shipped[name] != plain(getattr(self, name))
        }


class ReviewedModel(models.Model):
    """Texts that somebody reads through now and then, and says so."""

    reviewed_on = models.DateField(
        _("reviewed on"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When somebody last read the texts and found them true."),
    )

    class Meta:
        abstract = True
