"""Who may see and edit what: the only place that decides.

``access_of(user)`` says which schools somebody works for. A rule says what that means for the rows of one model. Admin classes
name their rule and decide nothing themselves (``schools.admin.scoped``).
"""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet

from schools.choices import Role
from schools.models import Membership, User

_EDITING = frozenset({Role.COUNSELOR, Role.SCHOOL_LEAD})


@dataclass(frozen=True)
class Access:
    """The schools that ``user`` reads, edits and leads, as primary keys; a district editor does all of it everywhere."""

    user: int | None = None
    everywhere: bool = False
    superuser: bool = False
    reads: frozenset[int] = frozenset()
    edits: frozenset[int] = frozenset()
    leads: frozenset[int] = frozenset()

    @property
    def any(self) -> bool:
        """Whether there is any role at all: who has one reads what all schools share."""
        return self.everywhere or bool(self.reads)

    @property
    def edits_any(self) -> bool:
        return self.everywhere or bool(self.edits)

    @property
    def leads_any(self) -> bool:
        return self.everywhere or bool(self.leads)

    def may_read(self, school_id: int | None) -> bool:
        return self.everywhere or school_id in self.reads

    def may_edit(self, school_id: int | None) -> bool:
        return self.everywhere or school_id in self.edits

    def may_lead(self, school_id: int | None) -> bool:
        return self.everywhere or school_id in self.leads


NOTHING = Access()


def access_of(user: User | AnonymousUser) -> Access:
    """What the roles of a user add up to, read once for each request: a request brings its user anew from the database."""
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return NOTHING
    if not hasattr(user, "_access"):
        user._access = _read(user)
    return user._access


def _read(user: User) -> Access:
    if user.is_superuser:
        return Access(user=user.pk, everywhere=True, superuser=True)
    roles = dict(Membership.objects.filter(user=user).values_list("school_id", "role"))
    return Access(
        user=user.pk,
        everywhere=Role.DISTRICT_EDITOR in roles.values(),
        reads=frozenset(school for school in roles if school is not None),
        edits=frozenset(school for school, role in roles.items() if role in _EDITING),
        leads=frozenset(school for school, role in roles.items() if role == Role.SCHOOL_LEAD),
    )


class Rule:
    """What an access means for the rows of one model. ``row`` is None where the question is about the model as a whole."""

    def visible(self, access: Access, rows: QuerySet) -> QuerySet:
        """The rows that somebody may know of; for them, all others do not exist."""
        raise NotImplementedError

    def may_view(self, access: Access, row: Model | None = None) -> bool:
        raise NotImplementedError

    def may_add(self, access: Access) -> bool:
        raise NotImplementedError

    def may_change(self, access: Access, row: Model | None = None) -> bool:
        raise NotImplementedError

    def may_delete(self, access: Access, row: Model | None = None) -> bool:
        raise NotImplementedError


class Shared(Rule):
    """Content of all schools: every role reads it, district editors write it. It is archived, never deleted."""

    def visible(self, access, rows):
        return rows if access.any else rows.none()

    def may_view(self, access, row=None):
        return access.any

    def may_add(self, access):
        return access.everywhere

    def may_change(self, access, row=None):
        return access.everywhere

    def may_delete(self, access, row=None):
        return False


class ToBeRead(Shared):
    """What a command writes, for everybody with a role to read."""

    def may_add(self, access):
        return False

    def may_change(self, access, row=None):
        return False


class OfSchool(Rule):
    """Rows of one school: its staff read them, its counselors and lead write them.

    With ``or_shared``, rows that belong to no school are for all: everybody reads them, district editors write them.
    """

    def __init__(self, field: str = "school", *, or_shared: bool = False):
        self.field = field
        self.or_shared = or_shared

    def visible(self, access, rows):
        if access.everywhere:
            return rows
        own = Q(**{f"{self.field}__in": access.reads})
        if self.or_shared and access.any:
            own |= Q(**{f"{self.field}__isnull": True})
        return rows.filter(own)

    def may_view(self, access, row=None):
        if row is None:
            return access.any
        school = self.school_of(row)
        return access.may_read(school) or (self.or_shared and school is None and access.any)

    def may_add(self, access):
        return access.edits_any

    def may_change(self, access, row=None):
        return access.edits_any if row is None else access.may_edit(self.school_of(row))

    def may_delete(self, access, row=None):
        return self.may_change(access, row)

    def school_of(self, row: Model) -> int | None:
        return row.pk if self.field == "pk" else getattr(row, f"{self.field}_id")


class Schools(OfSchool):
    """Schools themselves: their staff edit what they say of themselves, district editors add and remove them."""

    def __init__(self):
        super().__init__("pk")

    def may_add(self, access):
        return access.everywhere

    def may_delete(self, access, row=None):
        return access.everywhere


class Memberships(Rule):
    """Who works for a school is for its lead to say: who its counselors and viewers are. District editors say the rest.

    Only a superuser makes a district editor, so that nobody gives away more than they have.
    """

    GIVEN_BY_LEADS = frozenset({Role.COUNSELOR, Role.VIEWER})
    GIVEN_BY_EDITORS = GIVEN_BY_LEADS | {Role.SCHOOL_LEAD}

    def roles_to_give(self, access: Access) -> frozenset[Role]:
        if access.superuser:
            return frozenset(Role)
        if access.everywhere:
            return self.GIVEN_BY_EDITORS
        return self.GIVEN_BY_LEADS if access.leads else frozenset()

    def visible(self, access, rows):
        return rows if access.everywhere else rows.filter(school__in=access.leads)

    def may_view(self, access, row=None):
        return access.leads_any if row is None else access.may_lead(row.school_id)

    def may_add(self, access):
        return access.leads_any

    def may_change(self, access, row=None):
        if row is None:
            return access.leads_any
        if row.user_id == access.user and not access.superuser:
            # Or somebody locks themselves out, and nobody is left to let them in again.
            return False
        return access.may_lead(row.school_id) and row.role in self.roles_to_give(access)

    def may_delete(self, access, row=None):
        return self.may_change(access, row)


class Accounts(Rule):
    """Accounts of staff are for district editors, but not those that may do more than they, nor each other's."""

    def visible(self, access, rows):
        if access.superuser:
            return rows
        if not access.everywhere:
            return rows.none()
        return rows.exclude(is_superuser=True).exclude(memberships__role=Role.DISTRICT_EDITOR)

    def may_view(self, access, row=None):
        return access.everywhere if row is None else self._is_below(access, row)

    def may_add(self, access):
        return access.everywhere

    def may_change(self, access, row=None):
        return self.may_view(access, row)

    def may_delete(self, access, row=None):
        return False

    def _is_below(self, access, row) -> bool:
        if access.superuser:
            return True
        # An account that is being added has no role yet.
        above = row.is_superuser or (row.pk and row.memberships.filter(role=Role.DISTRICT_EDITOR).exists())
        return access.everywhere and not above


class AuditLog(Rule):
    """What happened at a school is for its lead to read, what happened in the district for district editors."""

    def visible(self, access, rows):
        return rows if access.everywhere else rows.filter(school_id__in=access.leads)

    def may_view(self, access, row=None):
        return access.leads_any if row is None else access.may_lead(row.school_id)

    def may_add(self, access):
        return False

    def may_change(self, access, row=None):
        return False

    def may_delete(self, access, row=None):
        return False
