from collections import defaultdict

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from clusters.atlas import atlas
from clusters.choices import Award, CourseKind, Exit, Grade
from clusters.completeness import elements, exits, lines_of
from clusters.forms import ProgramFilterForm
from clusters.models import Program
from clusters.structured_data import program_data
from schools import qr

PAGE_SIZE = 24
OFFERS_SHOWN = 30


def placed(programs, found):
    """The programs on pathways of the atlas, each with its own; somebody may hide one at this very moment."""
    shown = [program for program in programs if program.pathway_id in found.pathways]
    for program in shown:
        program.pathway = found.pathways[program.pathway_id]
    return shown


# The columns that ``program_links`` asks for.
PROGRAM_LINK = ("pk", "slug", "title", "pathway_id")


def program_links(rows, found):
    """Rows of programs for lists that only name them, with their address (``url``) and pathway of the atlas."""
    return [
        row
        | {"url": reverse("clusters:program_detail", args=[row["slug"]]), "pathway": found.pathways[row["pathway_id"]]}
        for row in rows
        if row["pathway_id"] in found.pathways
    ]


@require_safe
def program_list(request):
    """Programs of study: the model programs, or those of one school, narrowed by the query string."""
    form = ProgramFilterForm(request.GET)
    programs = form.narrow(Program.objects.published()).with_marks().in_order()
    page = Paginator(programs, PAGE_SIZE).get_page(request.GET.get("page"))
    filters = request.GET.copy()
    filters.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "programs": placed(page.object_list, atlas()),
        "filters": filters.urlencode(),
    }
    return render(request, "clusters/program_list.html", context)


@require_safe
def program_detail(request, slug):
    """A program of study: its courses by grade, what one leaves with, and where it leads."""
    program = get_object_or_404(Program.objects.published().with_parts().with_offers(OFFERS_SHOWN + 1), slug=slug)
    found = atlas()
    rows = [found.rows[link.occupation_id] for link in program.program_occupations.all()]
    sources = found.sources_of(rows) | _sources_of_parts(program)
    slots = list(program.course_slots.all())
    context = {
        "program": program,
        "pathway": program.pathway,
        "cluster": program.pathway.cluster,
        "years": _years(program, slots),
        "kinds": [kind for kind in CourseKind if any(slot.kind == kind for slot in slots)],
        "dual_credit": [slot for slot in slots if slot.dual_credit],
        "skills": lines_of(program.skills),
        "elements": elements(program),
        "exits": _exits(program, rows),
        "offers": program.offers[:OFFERS_SHOWN],
        "more_offers": len(program.offers) > OFFERS_SHOWN,
        "sources": sources,
        "qr_code": qr.draw_public(request.build_absolute_uri(request.path)),
        "structured_data": program_data(
            program,
            url=request.build_absolute_uri(request.path),
            school_url=program.school and request.build_absolute_uri(program.school.get_absolute_url()),
        ),
    }
    return render(request, "clusters/program_detail.html", context)


def _years(program, slots):
    """The grid: for each grade its courses by kind, what happens outside the classroom, and what one can earn."""
    by_grade = defaultdict(lambda: {"courses": defaultdict(list), "steps": [], "credentials": []})
    for slot in slots:
        by_grade[slot.grade]["courses"][CourseKind(slot.kind)].append(slot)
    for step in program.work_based_learning.all():
        by_grade[step.grade]["steps"].append(step)
    for link in program.program_credentials.all():
        by_grade[link.grade]["credentials"].append(link.credential)
    return [
        {
            "grade": grade,
            "kinds": [(kind, by_grade[grade]["courses"][kind]) for kind in CourseKind],
            "credits": sum(slot.shown_credits for kind in by_grade[grade]["courses"].values() for slot in kind),
            "steps": by_grade[grade]["steps"],
            "credentials": by_grade[grade]["credentials"],
        }
        for grade in Grade
        if grade in by_grade
    ]


def _exits(program, rows):
    """Each way out of the program, the nearest first: its occupations as rows, and the majors that lead there."""
    by_pk = {row["pk"]: row for row in rows}
    occupations = exits(program)
    majors = defaultdict(list)
    for link in program.program_majors.all():
        majors[Award(link.award).exit].append(link)
    return [
        {"level": level, "rows": [by_pk[each.pk] for each in occupations.get(level, [])], "majors": majors[level]}
        for level in Exit
        if level in occupations or majors[level]
    ]


def _sources_of_parts(program):
    """The releases that the courses' codes and the majors come from."""
    sources = {"courses": [slot.course.source for slot in program.course_slots.all() if slot.course]}
    sources["majors"] = [link.major.source for link in program.program_majors.all()]
    sources["program"] = [program.source]
    return {role: found[0] for role, found in sources.items() if found and found[0]}
