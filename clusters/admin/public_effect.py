"""What visitors see after a program was published or taken back, in words, before anybody does it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.choices import ProgramStatus
from clusters.models import Program


@dataclass(frozen=True)
class Effect:
    """``intro`` says what becomes of the program's own page, ``places`` what becomes of others; both for visitors."""

    intro: str
    places: list[str]


def effects_of(programs: Iterable[Program], status: ProgramStatus) -> dict[int, Effect]:
    """For each program, by its number, what the new status changes in public. Needs ``with_parts()``; one query."""
    programs = list(programs)
    public = Count("copies", filter=Q(copies__status=ProgramStatus.PUBLISHED, copies__retired_on=None))
    ids = [program.pk for program in programs]
    copies = dict(Program.objects.filter(pk__in=ids).order_by().annotate(public=public).values_list("pk", "public"))
    return {program.pk: _effect(program, status, copies.get(program.pk, 0)) for program in programs}


def _effect(program, status, copies):
    publishes = status == ProgramStatus.PUBLISHED
    if ProgramStatus.PUBLISHED not in (program.status, status):
        return Effect(_("Nothing changes for visitors: it is not public now, and will not be."), [])
    if reason := _kept_back(program):
        return Effect(reason, [])
    if publishes:
        intro = _("Everybody can read it, also whatever you save in it later, at %(address)s. It is shown on:")
    else:
        intro = _(
            "Visitors find nothing any more at %(address)s, printed codes and bookmarks included. It is taken off:"
        )
    places = _places(program)
    if not publishes and copies:
        places.append(
            ngettext(
                "The program that %(count)s school made of it stays public.",
                "The programs that %(count)s schools made of it stay public.",
                copies,
            )
            % {"count": copies}
        )
    return Effect(intro % {"address": program.get_absolute_url()}, places)


def _kept_back(program):
    """Why nobody sees a program, even a published one."""
    if program.retired_on:
        return _("Nothing changes for visitors: it is archived, or no release has it any more.")
    pathway = program.pathway
    if pathway.hidden or pathway.retired_on or pathway.cluster.retired_on:
        message = _("Nothing changes for visitors: its pathway, %(pathway)s, is not public.")
        return message % {"pathway": pathway.title}
    return ""


def _places(program):
    occupations = len(program.program_occupations.all())
    if program.school_id is None:
        places = [_("the page of the pathway %(pathway)s") % {"pathway": program.pathway.title}]
        if occupations:
            places.append(
                ngettext("the page of %(count)s occupation", "the pages of %(count)s occupations", occupations)
                % {"count": occupations}
            )
        return [*places, _("the list of programs, the site's search and what search engines are given")]
    places = [_("the page of %(school)s") % {"school": program.school.name}]
    if program.based_on_id:
        places.append(_("the page of the model program, among the schools that offer it"))
    places.append(_("the page of the pathway %(pathway)s") % {"pathway": program.pathway.title})
    return [*places, _("the list of the school's programs and what search engines are given")]
