"""The page on which the courses of a program are arranged, year by year. Nothing is saved until somebody says so."""

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from clusters.admin.course_cards import MOST_COURSES, CourseGrid
from clusters.choices import CourseKind, CourseStage, Grade
from clusters.completeness import elements
from clusters.course_grid import CoursesChanged, Picture, by_year, save_courses
from clusters.models import CourseSlot
from schools.admin.words import label_of

# What the page was opened with travels with it, signed.
SALT = "clusters.course-grid"
LABELS = {
    name: {str(value): label for value, label in choices.choices}
    for name, choices in {"grade": Grade, "kind": CourseKind, "stage": CourseStage}.items()
}


def read_only_years(program):
    """The years that have courses, each with its credits and its courses by kind. Needs ``with_parts()``."""
    return [
        {"grade": grade, "kinds": kinds, "credits": sum(slot.shown_credits for _kind, slots in kinds for slot in slots)}
        for grade, kinds in by_year(program.course_slots.all())
        if any(slots for _kind, slots in kinds)
    ]


class CourseGridMixin:
    """Adds the page of the courses to the admin of programs."""

    def get_urls(self):
        page = path(
            "<int:program_id>/courses/", self.admin_site.admin_view(self.courses_view), name="clusters_program_courses"
        )
        return [page, *super().get_urls()]

    def courses_view(self, request, program_id):
        program = get_object_or_404(self.get_queryset(request).with_parts(), pk=program_id)
        if not self.has_change_permission(request, program):
            return self._read_only(request, program)
        grid = CourseGrid(program)
        if request.method != "POST":
            return self._courses_page(request, grid, grid.now)
        opened = _opened(request)
        grid.read(request.POST, opened)
        name, _colon, target = request.POST.get("do", "").partition(":")
        if name == "save":
            return self._save(request, grid, opened)
        return self._courses_page(request, grid, opened, status=_take(grid, name, target))

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        message = _('Its courses come next: <a href="{}">Edit the courses of {}</a>.')
        self.message_user(request, format_html(message, reverse("admin:clusters_program_courses", args=[obj.pk]), obj))
        return response

    def _read_only(self, request, program):
        if request.method == "POST" or not self.has_view_permission(request, program):
            raise PermissionDenied
        found = elements(program)
        context = {"years": read_only_years(program), "elements": found, "elements_met": sum(e.is_met for e in found)}
        return self._grid_response(request, program, "grid_view", context)

    def _save(self, request, grid, opened):
        program = grid.program
        for card in grid.cards:
            card.checked = card in grid.kept
            card.opened |= card in grid.faulty
        if grid.faulty or grid.has_foreign:
            return self._courses_page(request, grid, opened)
        dropped = [card.slot for card in grid.cards if card.dropped and card.slot]
        try:
            count = save_courses(
                program=program,
                opened=opened,
                slots=[card.draft for card in grid.kept],
                dropped=dropped,
                by=request.user,
            )
        except CoursesChanged:
            return self._merge(request, opened)
        self.message_user(
            request, _("The courses are saved.") if count else _("Nothing was changed."), messages.SUCCESS
        )
        return redirect("admin:clusters_program_change", program.pk)

    def _merge(self, request, opened):
        """Both versions on one page. Whoever saves it has seen what the others saved."""
        program = get_object_or_404(
            self.get_queryset(request).with_parts(), pk=request.resolver_match.kwargs["program_id"]
        )
        grid = CourseGrid(program)
        changes = list(_changes(grid, opened))
        grid.read(request.POST, opened)
        grid.take_over(opened)
        return self._courses_page(request, grid, grid.now, changes=changes)

    def _courses_page(self, request, grid, opened, **context):
        found = grid.elements()
        years = grid.years()
        context |= {
            "grid": grid,
            "years": years[:4],
            "years_after": years[4:],
            "has_courses_after": any(cards for year in years[4:] for _kind, cards in year["kinds"]),
            "elements": found,
            "elements_met": sum(element.is_met for element in found),
            "opened": signing.dumps(opened, salt=SALT, compress=True),
            "order": ",".join(card.token for card in grid.cards),
            "faulty": [card for card in grid.cards if card.checked and card in grid.faulty],
            "is_own": bool(grid.program.school_id),
        }
        return self._grid_response(request, grid.program, "grid", context)

    def _grid_response(self, request, program, template, context):
        context |= {
            **self.admin_site.each_context(request),
            "title": _("Courses of %(program)s") % {"program": program},
            "opts": self.opts,
            "original": program,
        }
        return TemplateResponse(request, f"admin/clusters/program/{template}.html", context)


def _opened(request) -> Picture:
    try:
        return signing.loads(request.POST.get("opened", ""), salt=SALT)
    except signing.BadSignature as error:
        raise SuspiciousOperation("No page of ours was opened with this") from error


# --- Buttons ----------------------------------------------------------------------------------------------------------


def _take(grid: CourseGrid, name: str, target: str) -> str:
    """Do what a button says. Returns what has happened, in words; nothing for a button that no page has."""
    if name == "add":
        return _add(grid, target)
    card = grid.card(target)
    if card is None or name not in _BUTTONS:
        return ""
    card.focus = name
    return _BUTTONS[name](grid, card)


def _add(grid: CourseGrid, target: str) -> str:
    grade, _colon, kind = target.partition(":")
    if grade not in map(str, Grade.values) or kind not in CourseKind.values:
        return ""
    if len(grid.cards) >= MOST_COURSES:
        return _("A program has %(most)s courses at most. Drop one first.") % {"most": MOST_COURSES}
    card = grid.add(Grade(int(grade)), CourseKind(kind))
    card.form.focus_first()
    return _("There is a new course in %(grade)s. Say which one it is.") % {"grade": card.grade.label.lower()}


def _shift(step: int):
    def shift(grid, card):
        if not card.dropped:
            grid.shift(card, step)
        return _where(grid, card)

    return shift


def _to_grade(step: int):
    def move(grid, card):
        grade = card.next_grade if step > 0 else card.previous_grade
        if grade and not card.dropped:
            grid.move(card, grade)
        return _where(grid, card)

    return move


def _where(grid, card):
    if card.dropped:
        return ""
    place = {"course": card.title, "grade": card.grade.label.lower(), "place": grid.cell(card).index(card) + 1}
    return _("%(course)s is now in %(grade)s, place %(place)s.") % place


def _drop(grid, card):
    if not card.can_be_dropped:
        return _("%(course)s came with a release and stays.") % {"course": card.title}
    card.dropped, card.opened, card.focus = True, False, "undo"
    return _("%(course)s is dropped once you save.") % {"course": card.title}


def _undo(grid, card):
    card.dropped, card.focus = False, "drop"
    return _("%(course)s stays.") % {"course": card.title}


def _edit(grid, card):
    card.opened = not card.dropped
    card.form.focus_first()
    return _("You can change %(course)s now.") % {"course": card.title}


def _done(grid, card):
    card.checked = True
    if not card.is_blank and not card.is_valid:
        card.focus = ""
        return ""
    card.opened, card.focus = False, "close"
    return _("%(course)s is as you wrote it once you save.") % {"course": card.title}


_BUTTONS = {
    "earlier": _shift(-1), "later": _shift(1), "back": _to_grade(-1), "on": _to_grade(1), "drop": _drop, "undo": _undo,
    "edit": _edit, "done": _done,
}  # fmt: skip


# --- What others saved meanwhile --------------------------------------------------------------------------------------


def _changes(grid: CourseGrid, opened: Picture):
    """What others did since the page was opened, a sentence each."""
    for token in grid.now.keys() | opened.keys():
        now, before = grid.now.get(token), opened.get(token)
        row = now or before
        course = {"course": _title(grid, row), "grade": LABELS["grade"][row["grade"]].lower()}
        if before is None:
            yield _("%(course)s, %(grade)s: added.") % course
        elif now is None:
            yield _("%(course)s, %(grade)s: dropped.") % course
        else:
            for name in now:
                if now[name] != before[name]:
                    field = label_of(CourseSlot._meta.get_field(name))
                    values = {"field": field, "before": _shown(grid, name, before), "now": _shown(grid, name, now)}
                    yield _("%(course)s, %(grade)s: %(field)s was “%(before)s”, is “%(now)s” now.") % (course | values)


def _title(grid, row):
    chosen = grid.catalog.get(row["catalog_course"])
    return chosen.title if chosen else row["title_en"]


def _shown(grid, name, row):
    if name == "catalog_course":
        return grid.catalog.get(row[name], "")
    if name == "dual_credit":
        return _("yes") if row[name] else _("no")
    return LABELS.get(name, {}).get(row[name], row[name])
