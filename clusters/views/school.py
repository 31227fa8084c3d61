"""Pages about schools. They stand here, because what a school offers belongs to this app, and schools know nothing of it."""

from itertools import groupby

from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from clusters.atlas import atlas
from clusters.models import Program
from clusters.views.program import placed
from schools.models import School

SCHOOLS_ON_A_PAGE = 50
PROGRAMS_ON_A_PAGE = 30


@require_safe
def school_list(request):
    """All schools, with how many programs of study each offers."""
    page = Paginator(School.objects.order_by("name"), SCHOOLS_ON_A_PAGE).get_page(request.GET.get("page"))
    offered = Program.objects.published().filter(school__in=page.object_list).order_by()
    counts = dict(offered.values_list("school").annotate(Count("pk")))
    schools = [(school, counts.get(school.pk, 0)) for school in page.object_list]
    return render(request, "clusters/school_list.html", {"page": page, "schools": schools})


@require_safe
def school_detail(request, slug):
    """A school: whom to ask, and the programs of study it offers, by cluster."""
    school = get_object_or_404(School, slug=slug)
    programs = Program.objects.published().offered_at(school).with_marks().in_order()
    page = Paginator(programs, PROGRAMS_ON_A_PAGE).get_page(request.GET.get("page"))
    clusters = groupby(placed(page.object_list, atlas()), key=lambda program: program.pathway.cluster)
    context = {
        "school": school,
        "page": page,
        "clusters": [(cluster, list(offered)) for cluster, offered in clusters],
    }
    return render(request, "clusters/school_detail.html", context)
