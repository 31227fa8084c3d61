"""The assessment, page by page, and its result. All of it is private to one browser: never cached, never with an address that
says who or what."""

from functools import lru_cache

from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import services
from assessments.forms import ANSWERS, AnswersForm, ResumeForm
from assessments.items import assessment_of, items_of
from assessments.models import Assessment
from assessments.result_page import result_context
from assessments.session import claimed_result, current_result, forget, remember

PAGE_SIZE = 10


def private(view):
    """Nothing of the page stays in a cache or in the browser's history. Foreign writes are refused by RefuseForeignWrites."""
    return csrf_exempt(cache_control(private=True, no_store=True)(view))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_start(request):
    """What the assessment is, and the choice of its length. Sending it begins anew and keeps the last result to compare with."""
    assessments = list(Assessment.objects.offered())
    result = current_result(request)
    if request.method == "POST":
        chosen = next((a for a in assessments if a.slug == request.POST.get("assessment")), None)
        if chosen is None:
            raise Http404(_("There is no such assessment."))
        finished = result if result and result.finished_at else None
        remember(request, services.start(assessment=chosen, previous=finished))
        return redirect("assessments:assessment_page", chosen.slug, 1)
    unfinished = result if result and not result.finished_at else None
    context = {
        "assessments": assessments,
        "result": result,
        "unfinished": unfinished,
        "next_page": unfinished and _page_of_first_gap(unfinished),
    }
    return render(request, "assessments/assessment_start.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_page(request, slug, number):
    """Ten items. What is answered is stored before anything else is said."""
    # Who answers is asked by the statement that stores; asking first as well would cost half of it again.
    result = claimed_result(request) if request.method == "POST" else current_result(request)
    assessment = assessment_of(result.assessment_id) if result else None
    if assessment is None or assessment.slug != slug:
        # The session has ended, or another assessment was begun since. What is sent now begins a result of its own.
        result, assessment = None, get_object_or_404(Assessment.objects.offered(), slug=slug)
    items = items_of(assessment.pk)
    paginator = Paginator(items, PAGE_SIZE)
    if not 1 <= number <= paginator.num_pages:
        raise Http404(_("The assessment has no such page."))
    form = AnswersForm(paginator.page(number), result, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        result = _save(request, result, assessment, form.answers())
        if request.POST.get("go") == "back":
            return redirect("assessments:assessment_page", slug, max(number - 1, 1))
        if not form.errors():
            return _next(result, slug, number, paginator.num_pages)
    context = {
        "assessment": assessment,
        "form": form,
        "answers": tuple((value, str(label)) for value, label in ANSWERS),
        "number": number,
        "pages": paginator.num_pages,
        "answered": len(result.answers) if result else 0,
        "total": len(items),
    }
    return render(request, "assessments/assessment_page.html", context)


def _save(request, result, assessment, answers):
    """The result with these answers: the one of the session, or a new one where that is gone."""
    stored = services.save_answers(result=result, answers=answers) if result else None
    if stored is None:
        result = services.start(assessment=assessment)
        remember(request, result)
        stored = services.save_answers(result=result, answers=answers)
    return stored


def _next(result, slug, number, pages):
    """The page after this one; after the last one the result, or the first page with a gap."""
    if result.finished_at and number == pages:
        return redirect("assessments:result_detail")
    if number < pages:
        return HttpResponseRedirect(_address(slug, number + 1))
    return redirect("assessments:assessment_page", slug, _page_of_first_gap(result))


@lru_cache(maxsize=64)
def _address(slug, number):
    return reverse("assessments:assessment_page", args=[slug, number])


def _page_of_first_gap(result):
    items = items_of(result.assessment_id)
    place = next((place for place, item in enumerate(items) if result.answer_to(item.order) is None), 0)
    return place // PAGE_SIZE + 1


@private
@require_safe
def result_detail(request):
    """The result of this browser session: the shape, the clusters and why, the occupations."""
    result = current_result(request)
    if result is None or result.finished_at is None:
        return render(request, "assessments/result_missing.html", {"result": result, "form": ResumeForm()})
    return render(request, "assessments/result_detail.html", result_context(result, request.GET))


@private
@require_POST
def result_put_aside(request):
    """Put a cluster or an occupation aside, or take it back."""
    result = current_result(request)
    what = request.POST.get("what", "")
    if result and 0 < len(what) <= 100:
        services.put_aside(result=result, what=what, aside=request.POST.get("aside") == "yes")
    return redirect("assessments:result_detail")


@private
@require_POST
def result_code(request):
    """Make a code to come back with, and show it this once."""
    result = current_result(request)
    if result is None:
        return redirect("assessments:result_detail")
    return render(
        request, "assessments/result_code.html", {"code": services.make_resume_code(result=result), "result": result}
    )


@private
@require_http_methods(["GET", "HEAD", "POST"])
def result_resume(request):
    """Come back to a result with its code."""
    form = ResumeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        result = services.find_by_code(typed=form.cleaned_data["code"])
        if result:
            remember(request, result)
            if result.finished_at:
                return redirect("assessments:result_detail")
            return redirect("assessments:assessment_page", result.assessment.slug, _page_of_first_gap(result))
        form.add_error("code", _("No result has this code. Check each character, or take the assessment again."))
    return render(request, "assessments/result_resume.html", {"form": form})


@private
@require_http_methods(["GET", "HEAD", "POST"])
def result_done(request):
    """End it on this computer, for good."""
    if request.method == "POST":
        if result := current_result(request):
            services.leave(result=result)
        forget(request)
        answer = redirect("assessments:result_done")
        answer["Clear-Site-Data"] = '"cache", "storage"'
        return answer
    return render(request, "assessments/result_done.html")
