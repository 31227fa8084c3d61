"""The start page of the admin: what needs doing, for the schools and the role of who looks."""

import datetime
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters import to_do
from clusters.models import Cluster, DataSource, Occupation, Pathway, Program
from schools.access import access_of
from schools.models import School

SHOWN = 8
# Official figures come once a year; half a year later the next ones should be there.
OLD_FROM = 18


@dataclass(frozen=True)
class Listed:
    """The first rows of a longer list, and how many there are; ``more`` leads to all of them."""

    rows: list
    count: int
    more: str


def landing(site, request) -> dict:
    """What the template shows. All rows are those that the user may know of."""
    access = access_of(request.user)
    if not access.any:
        return {"access": access}
    programs, schools = _known(site, request, Program), _known(site, request, School)
    # A district editor works for all schools.
    examined = to_do.examine(programs)
    return {
        "access": access,
        "schools": _schools(schools, access),
        "drafts": _drafts(programs, access),
        "incomplete": _incomplete(examined),
        "changed": _changed(examined, access),
        "left_out": examined.left_out,
        "texts": _texts(site, request, programs, access),
        "releases": [
            _release(source) for source in _known(site, request, DataSource).order_by("-released_on", "title")
        ],
        "adopt_from": f"{_list_of(Program)}?offered_by=models",
    }


def age_in_words(day: datetime.date, today: datetime.date) -> tuple[str, int]:
    """How long ago a day was, and the same in whole months."""
    months = (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day)
    if months < 1:
        return _("released this month"), max(months, 0)
    if months < 24:
        return ngettext("released %(count)s month ago", "released %(count)s months ago", months) % {
            "count": months
        }, months
    return _("released %(count)s years ago") % {"count": months // 12}, months


def _known(site, request, model):
    return site.get_model_admin(model).get_queryset(request)


def _list_of(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _schools(schools, access):
    rows = list(to_do.with_counts(schools)[: SHOWN + 1])
    for school in rows:
        school.may_edit = access.may_edit(school.pk)
    return Listed(rows[:SHOWN], len(rows), _list_of(School))


def _drafts(programs, access):
    # Model programs are drafted by district editors.
    found = list(to_do.drafts(programs if access.everywhere else programs.filter(school__isnull=False)))
    return Listed(found[:SHOWN], len(found), f"{_list_of(Program)}?status__exact=draft")


def _incomplete(examined):
    return Listed(examined.incomplete[:SHOWN], len(examined.incomplete), _list_of(Program))


def _changed(examined, access):
    rows = [(program, count, access.may_edit(program.school_id)) for program, count in examined.changed[:SHOWN]]
    return Listed(rows, len(examined.changed), _list_of(Program))


def _texts(site, request, programs, access):
    """The texts that wait longest, each with the addresses of its form and of the button beside it."""
    if not access.edits_any:
        return []
    rows = [to_do.texts_of_schools(programs, access.edits, shared=access.everywhere)]
    if access.everywhere:
        clusters, pathways, occupations = (_known(site, request, model) for model in (Cluster, Pathway, Occupation))
        rows = [clusters, pathways, *rows, occupations]
    return [
        {
            "text": text,
            "kind": text.model._meta.verbose_name,
            "change": reverse(f"admin:clusters_{text.model._meta.model_name}_change", args=[text.pk]),
            "reviewed": reverse(f"admin:clusters_{text.model._meta.model_name}_reviewed", args=[text.pk]),
        }
        for text in to_do.texts_to_read(rows, SHOWN)
    ]


def _release(source):
    age, months = age_in_words(source.released_on, timezone.localdate())
    return {"source": source, "age": age, "is_old": months > OLD_FROM}
