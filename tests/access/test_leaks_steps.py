"""What actions, steps and the history do to rows of others: one test for each way around that is known."""

from django.contrib.admin import site
from django.urls import reverse
from reversion.models import Version

from clusters.models import CatalogCourse, Program, SchoolNote
from schools.admin.history import HistoryMixin
from schools.history import recording
from schools.models import Membership, School, User
from schools.wholes import stamp_of
from tests.access.asking import COUNSELOR, row_of, sent, stored_of, tells_of_b
from tests.access.matrix import undone
from tests.access.world import SHARED, A, B
from tests.admin.forms import SUPERUSER_REQUEST, page

# --- Actions ----------------------------------------------------------------------------------------------------------


def _chosen(action, rows, **more):
    has_history = isinstance(site._registry[type(rows[0])], HistoryMixin)
    stamp = stamp_of(rows) if has_history else ""
    chosen = {"action": action, "_selected_action": [row.pk for row in rows], "stamp": stamp}
    return chosen | {"confirmed": "yes", "post": "yes"} | more


def _actions(model):
    return list(site._registry[model].get_actions(SUPERUSER_REQUEST))


def test_actions_with_forged_rows(world):
    """On rows of another school, on what all schools share, and on "all" rows of the list."""
    tried, stored = 0, stored_of(world)
    forged = ((COUNSELOR, {}), (COUNSELOR, {"select_across": "1"}), ("viewer A", {}))
    for model in (Program, CatalogCourse, SchoolNote, School, Membership):
        for owner in (B, SHARED):
            # Those of each owner alone: the stamp that was shown with the rows has to fit.
            for action in _actions(model) if (rows := world.of(model, owner)) else ():
                for user, more in forged if owner == B else forged[:1]:
                    with undone():
                        sent(world, user, page(model, "changelist"), _chosen(action, rows, **more), stored)
                    tried += 1
    assert tried > 20


def test_adopting_for_another_school(world):
    model = Program.objects.get(slug="model-draft")
    url = reverse("admin:clusters_program_adopt", args=[model.pk])
    yes = {"confirmed": "yes", "stamp": stamp_of([model])}
    sent(world, COUNSELOR, url, yes | {"school": world.schools[B].pk})
    sent(
        world, COUNSELOR, page(Program, "changelist"), _chosen("adopt_for_school", [model], school=world.schools[B].pk)
    )
    with undone():
        assert sent(world, COUNSELOR, url, yes | {"school": world.schools[A].pk}).status_code == 302


def test_delete_pages(world):
    for model in (Program, CatalogCourse, SchoolNote, School, Membership, User):
        for row in world.of(model, B):
            sent_to = page(model, "delete", row.pk)
            assert sent(world, COUNSELOR, sent_to, {"post": "yes"}).status_code == 404
        for row in world.of(model, A):
            assert not tells_of_b(world.clients[COUNSELOR].get(page(model, "delete", row.pk)))


# --- History ----------------------------------------------------------------------------------------------------------


def test_history_and_revert_of_foreign_rows(world):
    own = row_of(world, Program, A)
    for row in [row_of(world, model, B) for model in (Program, CatalogCourse, SchoolNote, School)]:
        version = Version.objects.get_for_object(row).last()
        assert world.clients[COUNSELOR].get(page(type(row), "history", row.pk)).status_code == 404
        for target in (row, own):
            url = f"{page(type(target), 'history', target.pk)}{version.pk}/"
            assert world.clients[COUNSELOR].get(url).status_code == 404
            assert sent(world, COUNSELOR, url, {}).status_code == 404


def _misled_program(world):
    """A program of A that once had a course of B in it, as only a mistake of somebody else could have it."""
    program, foreign = row_of(world, Program, A), row_of(world, CatalogCourse, B)
    slot = program.course_slots.first()
    for course in (foreign, None):
        with recording(program, by=world.users["superuser"]):
            slot.catalog_course = course
            slot.save()
    return program, Version.objects.get_for_object(program).order_by("-pk")[1]


def test_versions_that_name_foreign_rows(world):
    with undone():
        program, version = _misled_program(world)
        history = page(Program, "history", program.pk)
        assert not tells_of_b(world.clients[COUNSELOR].get(history))
        preview = world.clients[COUNSELOR].get(f"{history}{version.pk}/")
        assert not tells_of_b(preview)
        sent(world, COUNSELOR, f"{history}{version.pk}/", {"stamp": preview.context["stamp"]})
        assert not program.course_slots.filter(catalog_course__school=world.schools[B]).exists()
