"""Two schools with everything a school can have, and ten people who may see and edit different parts of it.

Each text of a school's rows is a canary: ``CANARY-A-7-title`` stands in one row only, so a page that shows it shows that row.
What the public may read has ``CANARY-AP-`` instead, and is still no business of another school's counselor in the admin.
"""

from dataclasses import dataclass, field
from itertools import count

from django.contrib.admin import site
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.test import Client
from django.utils import timezone

from assessments.models import Assessment, Item
from clusters import models as content
from clusters import search
from clusters.choices import CourseKind, ProgramStatus
from schools.admin.history import HistoryMixin
from schools.choices import AuditAction, Role
from schools.history import recording
from schools.models import AuditEntry, Membership, School, User
from tests import factories

A, B, SHARED = "A", "B", "shared"
ANONYMOUS = "anonymous"
USERS = (
    ANONYMOUS, "viewer A", "counselor A", "counselor B", "counselor A and B", "lead A", "without role", "disabled",
    "district editor", "superuser",
)  # fmt: skip

EDITORS = frozenset({"district editor", "superuser"})
READERS = {
    A: EDITORS | {"viewer A", "counselor A", "counselor A and B", "lead A"},
    B: EDITORS | {"counselor B", "counselor A and B"},
}
WRITERS = {A: READERS[A] - {"viewer A"}, B: READERS[B]}
LEADS = {A: EDITORS | {"lead A"}, B: EDITORS}
WITH_ROLE = READERS[A] | READERS[B]
STAFF = WITH_ROLE | {"without role"}


@dataclass(repr=False)
class World:
    """Rows by model and by whose they are (A, B or shared), the most editable one first, and a signed-in client for each user."""

    rows: dict[tuple[type[models.Model], str], list[models.Model]] = field(default_factory=dict)
    canaries: dict[str, str] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    schools: dict[str, School] = field(default_factory=dict)
    # The addresses of each route and what is sent to them, found once (tests/access/matrix.py).
    places: dict = field(default_factory=dict)
    bodies: dict = field(default_factory=dict)
    # What there is by owner before anybody asks, written down once.
    stored: dict = field(default_factory=dict)
    numbers: count = field(default_factory=lambda: count(1))

    def keep(self, owner, *rows):
        for row in rows:
            self.rows.setdefault((type(row), owner), []).append(row)
        return rows[0]

    def of(self, model, owner):
        return self.rows.get((model, owner), [])

    def sing(self, row, owner, *, public=False):
        """Put a canary into each text of a row that is about to be saved."""
        number = next(self.numbers)
        for column in _texts_of(type(row)):
            name = column.name.replace("_", "-")
            canary = f"CANARY-{owner}{'P' if public else ''}-{number}-{name}"[: column.max_length].rstrip("-")
            self.canaries[canary.casefold()] = f"{type(row).__name__}.{column.name}"
            if isinstance(column, models.EmailField):
                canary = f"{canary}@example.org"
            elif isinstance(column, models.URLField):
                canary = f"https://{canary.lower()}.example.org/"
            elif isinstance(column, models.SlugField):
                canary = canary.lower()
            setattr(row, column.name, canary)
        return row

    def make(self, model, owner, *, public=False, **values):
        row = self.sing(model(**values), owner, public=public)
        row.save()
        return self.keep(owner, row)


NO_CANARY = {"password", "key"}


def _texts_of(model):
    translated = {
        column.translated_field.name for column in model._meta.concrete_fields if hasattr(column, "translated_field")
    }
    return [
        column
        for column in model._meta.concrete_fields
        if isinstance(column, models.CharField | models.TextField)
        and not column.choices
        and column.name not in translated | NO_CANARY
    ]


def make_world() -> World:
    world = World()
    _make_shared(world)
    for owner in (A, B):
        _make_school(world, owner)
    _make_users(world)
    for owner in (A, B):
        _make_traces(world, owner)
    for model, owner in world.rows:
        if owner is SHARED:
            _make_versions(world.of(model, owner)[:1], owner, world.users["superuser"])
    search.rebuild()
    return world


def _make_shared(world):
    factories.make_source()
    cluster = factories.make_cluster(8)
    pathway = factories.make_pathway(cluster)
    occupations = [factories.make_occupation(number, on=pathway) for number in (1, 2)]
    for occupation in occupations:
        factories.surround(occupation, 1, others=[other for other in occupations if other is not occupation])
    factories.make_program(pathway, slug="model", occupations=occupations)
    factories.make_program(pathway, slug="model-draft", occupations=occupations, status=ProgramStatus.DRAFT)
    assessment = Assessment.objects.create(
        slug="interests-60", version=1, title="Interests", minutes=10, licence="Ours", published_on="2025-01-01",
    )  # fmt: skip
    Item.objects.create(assessment=assessment, order=1, area="realistic", text="Build a shed")
    for model in site._registry:
        if model not in (School, User, Membership, AuditEntry):
            world.rows[model, SHARED] = list(model._default_manager.order_by("-pk"))


def _make_school(world, owner):
    school = world.schools[owner] = world.make(School, owner, public=True)
    pathway = content.Pathway.objects.get()
    model = content.Program.objects.get(slug="model")
    taught = world.make(content.CatalogCourse, owner, public=True, school=school)
    planned = world.make(content.CatalogCourse, owner, school=school)
    planned.prerequisites.add(taught)
    world.rows[content.CatalogCourse, owner].reverse()
    own = {"school": school, "pathway": pathway}
    draft = world.make(content.Program, owner, status=ProgramStatus.DRAFT, **own)
    adopted = {"summary_en": f"CANARY-{owner}-0-adopted"}
    copy = world.make(
        content.Program, owner, status=ProgramStatus.DRAFT, based_on=model, adopted={"columns": adopted}, **own
    )
    archived = world.make(content.Program, owner, status=ProgramStatus.ARCHIVED, was_public=True, **own)
    published = world.make(content.Program, owner, public=True, status=ProgramStatus.PUBLISHED, was_public=True, **own)
    for program in (draft, copy, archived):
        _make_parts(world, owner, program, planned, public=False)
    _make_parts(world, owner, published, taught, public=True)
    world.make(content.SchoolNote, owner, public=True, first_program=published, **own)


def _make_parts(world, owner, program, course, *, public):
    values = {"program": program, "grade": 10}
    world.make(content.CourseSlot, owner, public=public, catalog_course=course, kind=CourseKind.ACADEMIC, **values)
    world.make(content.CourseSlot, owner, public=public, kind=CourseKind.ELECTIVE, **values)
    world.make(content.WorkBasedLearning, owner, public=public, kind="tour", **values)
    for part, name, extra in (
        (content.ProgramOccupation, "occupation", {}),
        (content.ProgramCredential, "credential", {"grade": 11}),
        (content.ProgramMajor, "major", {"award": "associate"}),
    ):
        related = part._meta.get_field(name).related_model._default_manager.order_by("pk").first()
        world.keep(owner, part.objects.create(program=program, **{name: related}, **extra))


def _make_users(world):
    roles = {
        "viewer A": [(A, Role.VIEWER)],
        "counselor A": [(A, Role.COUNSELOR)],
        "counselor B": [(B, Role.COUNSELOR)],
        "counselor A and B": [(A, Role.COUNSELOR), (B, Role.COUNSELOR)],
        "lead A": [(A, Role.SCHOOL_LEAD)],
        "district editor": [(None, Role.DISTRICT_EDITOR)],
        # Not one of those who ask, but one who must not be touched.
        "lead B": [(B, Role.SCHOOL_LEAD)],
    }
    for name in (*USERS[1:], "lead B"):
        user = User(username=name.replace(" ", "-").lower(), is_staff=True, is_superuser=name == "superuser")
        if name in ("counselor A", "counselor B", "lead B"):
            world.sing(user, name[-1])
        user.save()
        world.users[name] = user
        for owner, role in roles.get(name, [(A, Role.COUNSELOR)] if name == "disabled" else []):
            school = world.schools.get(owner)
            world.keep(owner or SHARED, Membership.objects.create(user=user, school=school, role=role))
    for owner in (A, B):
        world.rows[Membership, owner].sort(key=lambda row: (row.role != Role.COUNSELOR, row.pk))
        world.keep(owner, world.users[f"counselor {owner}"])
    world.clients = {name: _client(world.users.get(name)) for name in USERS}
    User.objects.filter(username="disabled").update(is_active=False)


def _client(user):
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def _make_traces(world, owner):
    """What was written down about the rows: the audit log, the admin's own log, and versions."""
    by = world.users[f"counselor {owner}"]
    entry = AuditEntry(school_id=world.schools[owner].pk, actor_id=by.pk, action=AuditAction.PUBLISH)
    world.sing(entry, owner).save()
    world.keep(owner, entry)
    rows = [row for (_model, whose), found in world.rows.items() if whose == owner for row in found]
    LogEntry.objects.bulk_create(
        LogEntry(
            user=by, content_type=ContentType.objects.get_for_model(row), object_id=row.pk, action_time=timezone.now(),
            object_repr=str(row)[:200], action_flag=CHANGE, change_message=f"CANARY-{owner}-0-message",
        )
        for row in rows
    )  # fmt: skip
    _make_versions(rows, owner, by)


def _make_versions(rows, owner, by):
    """Versions of each row: what there was, an earlier wording, and the wording of today; of what is shared, the last."""
    for row in rows:
        if not isinstance(site._registry.get(type(row)), HistoryMixin):
            continue
        column = _texts_of(type(row))[-1].name
        earlier = [] if owner is SHARED else [f"canary-{owner.lower()}-0-earlier@example.org"]
        for text in (*earlier, getattr(row, column)):
            with recording(row, by=by, comment=f"CANARY-{owner}-0-comment"):
                setattr(row, column, text)
                row.save()


def digest(world, owner) -> dict[str, list]:
    """All that is stored of a school's content, or of what schools share; people are apart (``people_digest``)."""
    stored = {}
    for model, whose in world.rows:
        if whose == owner and model not in (User, Membership, AuditEntry):
            if owner is SHARED:
                stored[model.__name__] = list(_shared(model).order_by("pk").values_list())
            else:
                stored[model.__name__] = list(_of_school(model, world.schools[owner]).order_by("pk").values_list())
    if owner is not SHARED:
        links = content.CatalogCourse.prerequisites.through.objects
        of_school = links.filter(from_catalogcourse__school=world.schools[owner]).order_by("pk")
        stored["prerequisites"] = list(of_school.values_list())
    return stored


def people_digest(world, owner) -> dict[str, list]:
    """Who works for a school, and the accounts of all who do."""
    memberships = Membership.objects.filter(school=world.schools.get(owner)).order_by("pk")
    accounts = User.objects.filter(memberships__in=memberships.order_by()).order_by("pk").distinct()
    names = ("pk", "username", "password", "first_name", "email", "is_active", "is_staff", "is_superuser")
    return {
        "Membership": list(memberships.values_list()),
        "User": list(accounts.values_list(*names)),
    }


def _of_school(model, school):
    if model is School:
        return model.objects.filter(pk=school.pk)
    path = "program__school" if issubclass(model, content.ProgramPart) else "school"
    return model._default_manager.filter(**{path: school})


def _shared(model):
    rows = model._default_manager.all()
    return rows.filter(school=None) if any(column.name == "school" for column in model._meta.fields) else rows
