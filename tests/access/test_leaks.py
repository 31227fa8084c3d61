"""Ways around that admins of this kind are known to leave open, one test for each."""

import json

from django import forms
from django.contrib.admin import site
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from reversion.models import Version

from clusters.models import CatalogCourse, CourseSlot, Occupation, Pathway, Program, SchoolNote, WorkBasedLearning
from schools.admin.history import HistoryMixin
from schools.choices import Role
from schools.history import recording
from schools.models import AuditEntry, Membership, School, User
from schools.wholes import stamp_of
from tests.access.matrix import undone
from tests.access.world import SHARED, A, B, digest, people_digest
from tests.admin.forms import SUPERUSER_REQUEST, change_page, form_data, page

COUNSELOR, LEAD, EDITOR = "counselor A", "lead A", "district editor"
NEW_PASSWORD = {"password1": "four words in a row", "password2": "four words in a row"}
EVERY_MODEL = list(site._registry)


def shown(answer):
    content = b"".join(answer) if answer.streaming else answer.content
    return (content.decode() + str(answer.headers)).casefold()


def tells_of_b(answer):
    return "canary-b" in shown(answer)


def row_of(world, model, owner):
    return world.of(model, owner)[0]


def sent(world, user, url, data):
    """Send a form; what school B and all schools have is the same afterwards."""
    stored = digest(world, B), people_digest(world, B), digest(world, SHARED)
    answer = world.clients[user].post(url, data)
    assert answer.status_code < 500
    assert not tells_of_b(answer)
    assert (digest(world, B), people_digest(world, B), digest(world, SHARED)) == stored
    return answer


def form_of(world, row, user=COUNSELOR):
    return form_data(world.clients[user].get(change_page(row)))


# --- Pages that lead to others ----------------------------------------------------------------------------------------


def test_redirect_view(world):
    kinds = ContentType.objects
    for model, owner in [(Program, B), (CatalogCourse, B), (SchoolNote, B), (School, B), (User, B), (Membership, B)]:
        for row in world.of(model, owner):
            answer = world.clients[COUNSELOR].get(f"/admin/r/{kinds.get_for_model(model).pk}/{row.pk}/")
            assert answer.status_code == 404, row
            assert not tells_of_b(answer)
    own = row_of(world, Program, A)
    assert world.clients[COUNSELOR].get(f"/admin/r/{kinds.get_for_model(Program).pk}/{own.pk}/").status_code == 302
    for address in ("/admin/r/0/1/", "/admin/r/x/1/", f"/admin/r/{kinds.get_for_model(CourseSlot).pk}/1/"):
        assert world.clients[COUNSELOR].get(address).status_code == 404


def test_links_to_the_public_page(world):
    for model in EVERY_MODEL:
        answer = world.clients[COUNSELOR].get(page(model, "changelist"))
        assert not tells_of_b(answer), model


# --- What forms offer and take ----------------------------------------------------------------------------------------


def test_choice_lists(world):
    """Of each form, and of the forms in its tables."""
    foreign = {model: {row.pk for row in rows} for (model, owner), rows in world.rows.items() if owner == B}
    offered = 0
    for model in EVERY_MODEL:
        rows = [row for owner in (A, SHARED) for row in world.of(model, owner)[:1]]
        for url in [page(model, "add"), *map(change_page, rows)]:
            for user in (COUNSELOR, LEAD):
                answer = world.clients[user].get(url)
                for form in _forms_of(answer):
                    for name, field in form.fields.items():
                        if name != "id" and _model_of(field) in foreign:
                            offered += 1
                            taken = set(field.queryset.values_list("pk", flat=True)) & foreign[field.queryset.model]
                            assert not taken, (url, name)
    assert offered > 4


def _model_of(field):
    """Whose rows a field offers; a name that is typed in is none."""
    typed = isinstance(getattr(field.widget, "widget", field.widget), forms.TextInput)
    return field.queryset.model if hasattr(field, "queryset") and not typed else None


def _forms_of(answer):
    if answer.context and "adminform" in answer.context:
        yield answer.context["adminform"].form
        for inline in answer.context["inline_admin_formsets"]:
            yield from inline.formset.forms
            yield inline.formset.empty_form


def test_fields_filled_in_from_the_address(world):
    for model in EVERY_MODEL:
        columns = [column for column in model._meta.get_fields() if column.is_relation and column.concrete]
        for column in columns:
            for row in world.of(column.related_model, B):
                for query in (f"{column.name}={row.pk}", f"{column.name}__id={row.pk}"):
                    answer = world.clients[COUNSELOR].get(f"{page(model, 'add')}?{query}")
                    assert answer.status_code in (200, 403, 404)
                    assert not tells_of_b(answer), (model, query)


def new_course(world, **changes):
    taken = world.clients["superuser"].get(page(CatalogCourse, "add"))
    return form_data(taken) | {"number": "NEW", "title": "New", "school": world.schools[A].pk} | changes


def test_posted_school(world):
    url = page(CatalogCourse, "add")
    with undone():
        assert sent(world, COUNSELOR, url, new_course(world)).status_code == 302
    sent(world, COUNSELOR, url, new_course(world, school=world.schools[B].pk))
    sent(world, COUNSELOR, url, new_course(world, school=""))


def new_program(world, **changes):
    data = form_data(world.clients["superuser"].get(page(Program, "add")))
    own = {"title_en": "New", "slug": "new", "pathway": Pathway.objects.get().pk, "school": world.schools[A].pk}
    return data | own | changes


def test_a_counselor_makes_no_model_program(world):
    url = page(Program, "add")
    with undone():
        assert sent(world, COUNSELOR, url, new_program(world)).status_code == 302
    sent(world, COUNSELOR, url, new_program(world, school=""))
    sent(world, COUNSELOR, url, new_program(world, school=world.schools[B].pk))


def test_own_rows_stay_at_their_school(world):
    for model in (Program, CatalogCourse, SchoolNote):
        row = row_of(world, model, A)
        for school in (world.schools[B].pk, ""):
            sent(world, COUNSELOR, change_page(row), form_of(world, row) | {"school": school})
            row.refresh_from_db()
            assert row.school == world.schools[A]


def test_a_program_is_based_on_no_foreign_one(world):
    row, foreign = row_of(world, Program, A), row_of(world, Program, B)
    sent(world, COUNSELOR, change_page(row), form_of(world, row) | {"based_on": foreign.pk, "pathway": row.pathway_id})
    row.refresh_from_db()
    assert row.based_on is None


def test_a_note_names_no_foreign_program(world):
    row, foreign = row_of(world, SchoolNote, A), world.of(Program, B)[-1]
    before = row.first_program_id
    sent(world, COUNSELOR, change_page(row), form_of(world, row) | {"first_program": foreign.pk})
    row.refresh_from_db()
    assert row.first_program_id == before


def test_foreign_parts_in_the_tables_of_a_form(world):
    """The number of a foreign part, or of a foreign course, in the table of one's own program."""
    row, foreign = row_of(world, Program, A), row_of(world, CourseSlot, B)
    data = form_of(world, row)
    course = row_of(world, CatalogCourse, B)
    total = int(data.get("work_based_learning-TOTAL_FORMS", 0))
    assert total
    steps = "work_based_learning-0-"
    step = row_of(world, WorkBasedLearning, B)
    sent(world, COUNSELOR, change_page(row), data | {f"{steps}id": step.pk, f"{steps}description_en": "Ours now"})
    courses = {"course_slots-TOTAL_FORMS": 1, "course_slots-INITIAL_FORMS": 1, "course_slots-0-id": foreign.pk}
    for more in ({}, {"course_slots-0-catalog_course": course.pk, "course_slots-0-title_en": "Ours now"}):
        sent(world, COUNSELOR, change_page(row), data | courses | more)
    assert not CourseSlot.objects.filter(program__school=world.schools[A], catalog_course__school=world.schools[B])
    assert CourseSlot.objects.get(pk=foreign.pk).program_id == foreign.program_id


def test_prerequisites_of_another_school(world):
    row, foreign = row_of(world, CatalogCourse, A), row_of(world, CatalogCourse, B)
    sent(world, COUNSELOR, change_page(row), form_of(world, row) | {"prerequisites": [foreign.pk]})
    assert foreign not in row.prerequisites.all()


# --- Searching, sorting, filtering ------------------------------------------------------------------------------------


def test_autocomplete_of_any_field(world):
    """Also of models and fields that no form has, and of what there is not."""
    for model in [*EVERY_MODEL, CourseSlot, AuditEntry, ContentType, Version]:
        for column in model._meta.get_fields():
            query = {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": column.name,
            }
            answer = world.clients[COUNSELOR].get("/admin/autocomplete/", query | {"term": ""})
            assert answer.status_code in (200, 403), query
            assert not tells_of_b(answer), query
    for odd in (
        {},
        {"app_label": "x", "model_name": "y", "field_name": "z"},
        {"app_label": "../", "model_name": "program"},
    ):
        assert world.clients[COUNSELOR].get("/admin/autocomplete/", odd).status_code == 403


def test_choosers_within_another_school(world):
    course = {"app_label": "clusters", "model_name": "courseslot", "field_name": "catalog_course", "term": ""}
    for name, row in (("school", world.schools[B]), ("pathway", Pathway.objects.get())):
        answer = world.clients[COUNSELOR].get("/admin/autocomplete/", course | {name: row.pk})
        assert not tells_of_b(answer)
    own = world.clients[COUNSELOR].get("/admin/autocomplete/", course | {"school": world.schools[A].pk})
    assert len(json.loads(own.content)["results"]) == 2


LOOKUPS = (
    "school__contact_email__startswith", "school__programs__title_en__startswith", "copies__title_en__startswith",
    "copies__school__name__startswith", "based_on__copies__title_en__startswith", "pathway__programs__title_en__startswith",
    "pathway__cluster__pathways__programs__title_en__startswith", "programs__title_en__startswith",
    "notes__text_en__startswith", "memberships__user__password__startswith", "user__password__startswith",
    "leads_to__title__startswith", "school__memberships__user__username__startswith", "school__id__in",
)  # fmt: skip


def test_lookups_in_addresses(world):
    """An address that asks about rows which nobody shows is refused, whatever the rows say."""
    for model in EVERY_MODEL:
        for lookup in LOOKUPS:
            answer = world.clients[COUNSELOR].get(page(model, "changelist"), {lookup: "CANARY-B"})
            assert answer.status_code in (302, 400, 403), (model, lookup)


def test_filters_name_own_schools_only(world):
    for model in (Program, CatalogCourse, SchoolNote):
        answer = world.clients[COUNSELOR].get(page(model, "changelist"))
        assert "canary-ap-" in shown(answer)
        assert not tells_of_b(answer)
        for parameter in ("offered_by", "school__id__exact"):
            answer = world.clients[COUNSELOR].get(page(model, "changelist"), {parameter: world.schools[B].pk})
            assert not tells_of_b(answer)


def _answers_of_lists(world):
    found = {}
    for model in EVERY_MODEL:
        columns = len(site._registry[model].list_display) + 2
        for query in [f"o={sign}{place}" for place in range(1, columns) for sign in ("", "-")]:
            answer = world.clients[COUNSELOR].get(f"{page(model, 'changelist')}?{query}")
            if answer.context and "cl" in answer.context:
                found[model, query] = [row.pk for row in answer.context["cl"].result_list]
    return found


def test_order_of_lists_tells_nothing(world):
    """The order of what all schools share is the same whatever another school's rows say."""
    before = _answers_of_lists(world)
    with undone():
        Program.objects.filter(school=world.schools[B]).update(title_en="AAA", summary_en="", status="draft")
        CatalogCourse.objects.filter(school=world.schools[B]).update(title="AAA")
        School.objects.filter(pk=world.schools[B].pk).update(name="AAA")
        Program.objects.filter(school=world.schools[B], based_on__isnull=False).update(based_on=None, adopted=None)
        assert _answers_of_lists(world) == before


def test_search_tells_nothing(world):
    words = ["CANARY-B", world.schools[B].name, "counselor-b", row_of(world, Program, B).title_en]
    # That of occupations is the search of the site, which forgives typing errors.
    for model in set(EVERY_MODEL) - {Occupation}:
        for word in words:
            answer = world.clients[COUNSELOR].get(page(model, "changelist"), {"q": word})
            if answer.status_code == 200:
                assert answer.context["cl"].result_count == 0, (model, word)


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
    tried = 0
    for model in (Program, CatalogCourse, SchoolNote, School, Membership):
        rows = [*world.of(model, B), *world.of(model, SHARED)]
        for action in _actions(model):
            for more in ({}, {"select_across": "1"}, {"school": world.schools[B].pk}):
                for user in (COUNSELOR, "viewer A"):
                    with undone():
                        sent(world, user, page(model, "changelist"), _chosen(action, rows, **more))
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
            assert sent(world, COUNSELOR, sent_to, {"post": "yes"}).status_code in (403, 404)
        for row in world.of(model, A):
            assert not tells_of_b(world.clients[COUNSELOR].get(page(model, "delete", row.pk)))


# --- Popups -----------------------------------------------------------------------------------------------------------


def test_popups(world):
    foreign = world.of(Program, B)[-1]
    for query in ("_popup=1", "_to_field=slug", "_popup=1&_to_field=slug", "_to_field=school__name", "_to_field=id"):
        for model in EVERY_MODEL:
            answer = world.clients[COUNSELOR].get(f"{page(model, 'changelist')}?{query}")
            assert answer.status_code < 500
            assert not tells_of_b(answer), (model, query)
        for key in (foreign.pk, foreign.slug):
            answer = world.clients[COUNSELOR].get(f"{page(Program, 'change', key)}?{query}")
            assert answer.status_code in (400, 404)


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


# --- People -----------------------------------------------------------------------------------------------------------


def new_membership(world, asker, **changes):
    data = form_data(world.clients[asker].get(page(Membership, "add")))
    return (
        data
        | {"user": world.users["without role"].username, "school": world.schools[A].pk, "role": Role.VIEWER}
        | changes
    )


def test_a_counselor_has_no_business_with_people(world):
    for model in (Membership, User, AuditEntry):
        assert world.clients[COUNSELOR].get(page(model, "changelist")).status_code == 403
        assert world.clients[COUNSELOR].get(page(model, "add")).status_code == 403
        assert world.clients[COUNSELOR].get(change_page(row_of(world, model, A))).status_code == 404


def test_a_lead_has_no_business_at_another_school(world):
    for model in (Membership, User, AuditEntry):
        for row in world.of(model, B):
            assert world.clients[LEAD].get(change_page(row)).status_code == 404
            assert sent(world, LEAD, change_page(row), {}).status_code == 404
    for changes in ({"school": world.schools[B].pk}, {"school": ""}):
        sent(world, LEAD, page(Membership, "add"), new_membership(world, LEAD, **changes))


def test_a_lead_of_one_school_who_is_counselor_of_another_gives_no_roles_there(world):
    with undone():
        Membership.objects.create(user=world.users[LEAD], school=world.schools[B], role=Role.COUNSELOR)
        changes = {"school": world.schools[B].pk}
        sent(world, LEAD, page(Membership, "add"), new_membership(world, LEAD, **changes))


def test_nobody_gives_away_more_than_they_have(world):
    add = page(Membership, "add")
    with undone():
        assert sent(world, LEAD, add, new_membership(world, LEAD)).status_code == 302
    for role, school in ((Role.SCHOOL_LEAD, world.schools[A].pk), (Role.DISTRICT_EDITOR, "")):
        sent(world, LEAD, add, new_membership(world, LEAD, role=role, school=school))
    own = Membership.objects.get(user=world.users[LEAD])
    of_counselor = Membership.objects.get(user=world.users[COUNSELOR])
    for row in (own, of_counselor):
        for changes in ({"role": Role.DISTRICT_EDITOR, "school": ""}, {"role": Role.SCHOOL_LEAD}):
            sent(
                world,
                LEAD,
                change_page(row),
                {"user": row.user_id, "school": row.school_id, "role": row.role} | changes,
            )
    for user in (LEAD, EDITOR):
        data = new_membership(world, user, role=Role.DISTRICT_EDITOR, school="", user=world.users["without role"].pk)
        world.clients[user].post(add, data)
    roles = Membership.objects.filter(role__in=[Role.DISTRICT_EDITOR, Role.SCHOOL_LEAD]).exclude(
        school=world.schools[B]
    )
    assert {row.user.username for row in roles} == {"lead-a", "district-editor"}


def test_accounts_that_may_do_more(world):
    """A district editor sets no password and takes no right of a superuser or of another district editor."""
    with undone():
        other = User.objects.create(username="other-editor", is_staff=True)
        Membership.objects.create(user=other, role=Role.DISTRICT_EDITOR)
        for user in (world.users["superuser"], other, world.users[EDITOR]):
            for name in ("auth_user_password_change", "schools_user_change", "schools_user_delete"):
                url = reverse(f"admin:{name}", args=[user.pk])
                for asker in (EDITOR, LEAD, COUNSELOR):
                    assert world.clients[asker].get(url).status_code == 404
                    assert (
                        world.clients[asker]
                        .post(url, {"password1": "a long new one", "password2": "a long new one"})
                        .status_code
                        == 404
                    )


def test_forged_ticks_at_an_account(world):
    account = world.users[COUNSELOR]
    ticks = {"is_superuser": "on", "is_staff": "on", "user_permissions": ["1"], "groups": ["1"]}
    data = form_of(world, account, EDITOR) | ticks
    world.clients[EDITOR].post(change_page(account), data)
    account = User.objects.get(pk=account.pk)
    assert not account.is_superuser
    assert not account.user_permissions.exists()


def test_passwords_of_foreign_accounts(world):
    for name in ("counselor A", "counselor B", "superuser"):
        url = reverse("admin:auth_user_password_change", args=[world.users[name].pk])
        for asker in (LEAD, COUNSELOR, "viewer A"):
            assert (
                sent(world, asker, url, {"password1": "a long new one", "password2": "a long new one"}).status_code
                == 404
            )


def test_session_of_a_disabled_account(world):
    with undone():
        assert world.clients[COUNSELOR].get("/admin/").status_code == 200
        User.objects.filter(pk=world.users[COUNSELOR].pk).update(is_active=False)
        assert world.clients[COUNSELOR].get("/admin/").status_code == 302
        assert not tells_of_b(world.clients[COUNSELOR].get("/admin/"))


def test_roles_that_were_taken_away(world):
    with undone():
        Membership.objects.filter(user=world.users[COUNSELOR]).delete()
        assert world.clients[COUNSELOR].get(change_page(row_of(world, Program, A))).status_code == 404


def test_messages_after_a_save(world):
    row = row_of(world, CatalogCourse, A)
    with undone():
        data = form_of(world, row) | {"title": "New title"}
        assert not tells_of_b(world.clients[COUNSELOR].post(change_page(row), data, follow=True))
