"""Reads of instruments and results."""

import json
from collections.abc import Mapping

from django.db import connections, models, router
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from clusters.querysets import NaturalKeyQuerySet


class AssessmentQuerySet(NaturalKeyQuerySet):
    def offered(self):
        """The newest published version of each instrument, the longest first."""
        published = self.filter(published_on__lte=timezone.localdate())
        newest = published.filter(slug=OuterRef("slug")).order_by("-version").values("pk")[:1]
        return published.filter(pk=Subquery(newest)).order_by("-minutes", "slug")


# How a JSON object takes over what another one has.
MERGED = {"postgresql": "answers || %s::jsonb", "sqlite": "json_patch(answers, %s)"}


class ResultQuerySet(models.QuerySet):
    def kept(self):
        """Results that have not expired."""
        return self.filter(expires_at__gt=timezone.now())

    def expired(self):
        return self.filter(expires_at__lte=timezone.now())

    def finished(self):
        return self.filter(finished_at__isnull=False)

    def add_answers(self, result, answers: Mapping[int, int]):
        """Add answers to those of a result that is kept, as one statement: what others add at the same moment stays, too.

        Returns the result as it is then, locked until the transaction ends; None where there is none with this primary key
        and this assessment any more. It is SQL, for Django's UPDATE returns no row, and a SELECT costs as much again.
        """
        using = router.db_for_write(self.model)
        connection = connections[using]
        added = json.dumps({str(order): answer for order, answer in answers.items()})
        rows = self.using(using).raw(
            f"UPDATE assessments_result SET answers = {MERGED[connection.vendor]} "  # noqa: S608 (nothing that was sent)
            "WHERE id = %s AND assessment_id = %s AND expires_at > %s RETURNING *",
            [added, result.pk, result.assessment_id, connection.ops.adapt_datetimefield_value(timezone.now())],
        )
        return next(iter(rows), None)
