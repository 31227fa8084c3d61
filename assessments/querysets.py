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
# Whether it is this one, in the order in which it was read.
SAME = {"postgresql": "answers = %s::jsonb", "sqlite": "answers = json(%s)"}


class ResultQuerySet(models.QuerySet):
    def kept(self):
        """Results that have not expired."""
        return self.filter(expires_at__gt=timezone.now())

    def expired(self):
        return self.filter(expires_at__lte=timezone.now())

    def finished(self):
        return self.filter(finished_at__isnull=False)

    def kept_with(self, number: int):
        """The result with this primary key that has not expired, or None. SQL, as it begins nearly every page of a student."""
        now = connections[self.db].ops.adapt_datetimefield_value(timezone.now())
        found = self.raw("SELECT * FROM assessments_result WHERE id = %s AND expires_at > %s", [number, now])
        return next(iter(found), None)

    def add_answers(self, result, answers: Mapping[int, int]) -> dict[str, int] | None:
        """Add answers to those of a result that is kept, in one step: what others add at the same moment stays, too.

        Returns all that are stored then; None where there is no result with this primary key and this assessment any more. It
        is SQL because Django's UPDATE returns nothing, and a SELECT before it needs a transaction and costs as much again.
        """
        connection = connections[router.db_for_write(self.model)]
        added = json.dumps({str(order): answer for order, answer in answers.items()})
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        update = (
            f"UPDATE assessments_result SET answers = {MERGED[connection.vendor]} "  # noqa: S608 (nothing that was sent)
            "WHERE id = %s AND assessment_id = %s AND expires_at > %s"
        )
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(f"{update} RETURNING answers", [added, result.pk, result.assessment_id, now])
            else:
                # A statement that returns rows holds SQLite's write lock until they are fetched, and with it everybody's
                # answers, while this thread waits for its turn.
                cursor.execute(update, [added, result.pk, result.assessment_id, now])
                if not cursor.rowcount:
                    return None
                cursor.execute("SELECT answers FROM assessments_result WHERE id = %s", [result.pk])
            row = cursor.fetchone()
        return json.loads(row[0]) if row else None

    def keep_scores(self, result) -> None:
        """Store the scores of a finished result, as long as its answers are those it has here.

        It was finished when it first was. SQL, because it is a part of every sixth page that is sent, as ``add_answers`` is.
        """
        connection = connections[router.db_for_write(self.model)]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE assessments_result SET scores = %s, finished_at = COALESCE(finished_at, %s) "  # noqa: S608
                f"WHERE id = %s AND {SAME[connection.vendor]}",
                [
                    json.dumps(result.scores),
                    connection.ops.adapt_datetimefield_value(result.finished_at),
                    result.pk,
                    json.dumps(result.answers),
                ],
            )
