"""Everything that writes results. Students are nobody in particular, so there is no ``by=``."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from assessments.codes import hash_code, new_code, read_code
from assessments.items import items_of
from assessments.models import Assessment, Result
from assessments.scoring import area_scores


def start(*, assessment: Assessment, previous: Result | None = None) -> Result:
    """An empty result; ``previous`` is what the student got last time, to compare with."""
    return Result.objects.create(assessment=assessment, previous=previous)


def save_answers(*, result: Result, answers: Mapping[int, int]) -> Result | None:
    """Add answers (order of the item -> 1-5) to those that are stored, and score the result when it is complete.

    Two tabs, or a page that is sent twice, lose nothing. An answer that is given again replaces the old one. Of ``result``
    only the primary keys are read. Returns it with all its answers; None where it is gone.
    """
    stored = Result.objects.add_answers(result, answers)
    if stored is None:
        return None
    result.answers = stored
    return _score(result) if len(stored) == len(items_of(result.assessment_id)) else result


def _score(result: Result) -> Result:
    """Score a complete result, as long as its answers are still these: whoever has added others since scores them as well.

    One statement: a transaction would keep everybody else on SQLite from writing for as long as Python takes in between.
    """
    areas = {item.order: item.area for item in items_of(result.assessment_id)}
    result.scores = area_scores({int(order): answer for order, answer in result.answers.items()}, areas)
    result.finished_at = timezone.now()
    Result.objects.keep_scores(result)
    return result


@transaction.atomic
def put_aside(*, result: Result, what: str, aside: bool) -> None:
    """Mark a cluster (by slug) or an occupation (by code) as "not for me", or take the mark away."""
    stored = Result.objects.kept().select_for_update().filter(pk=result.pk).first()
    if stored is None:
        return
    others = [name for name in stored.put_aside if name != what]
    stored.put_aside = [*others, what] if aside else others
    stored.save(update_fields=["put_aside"])


def make_resume_code(*, result: Result) -> str:
    """A new code for the result, in the form to show. It is shown this once; a code made before stops working."""
    code = new_code()
    result.resume_code_hash = hash_code(read_code(code), key=settings.SECRET_KEY)
    result.save(update_fields=["resume_code_hash"])
    return code


def find_by_code(*, typed: str) -> Result | None:
    """The result that a resume code leads to. A wrong code costs the same hash and the same look-up as a right one."""
    code = read_code(typed) or "0" * 11
    return Result.objects.kept().filter(resume_code_hash=hash_code(code, key=settings.SECRET_KEY)).first()


def leave(*, result: Result) -> None:
    """End the use of a result on this computer. Without a resume code nobody can reach it again, so it is deleted.

    The same holds for the result of last time, which it was compared with.
    """
    Result.objects.filter(pk__in=[result.pk, result.previous_id], resume_code_hash=None).delete()


def purge_expired(*, dry_run: bool = False) -> int:
    """Delete results whose time is over; returns how many they are."""
    expired = Result.objects.expired()
    if dry_run:
        return expired.count()
    return expired.delete()[1].get("assessments.Result", 0)
