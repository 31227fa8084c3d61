"""Who may do what, route by route, in words of its own: nothing here asks ``schools.access``, which it is there to check.

A model route (list, add, change, ...) follows from the rule that the model's admin class names and from the kind of route. Any
other route stands in ``CUSTOM`` (rows of a model), ``SITE`` (the admin as a whole) or ``PUBLIC``.
"""

from dataclasses import dataclass

from django.contrib.admin import site
from django.urls import URLPattern, get_resolver

from tests.access.world import EDITORS, LEADS, READERS, SHARED, STAFF, USERS, WITH_ROLE, WRITERS, A, B
from tests.urls import NOT_HTML, ONLY_SENT_TO, PRIVATE

NOBODY = frozenset()
EVERYBODY = frozenset(USERS)

# Rule -> right -> whose row -> users; "any" is the question without a row (may they see the list, may they add?).
RIGHTS = {
    "Shared": {
        "view": {SHARED: WITH_ROLE, "any": WITH_ROLE},
        "add": {"any": EDITORS},
        "change": {SHARED: EDITORS},
        "delete": {SHARED: NOBODY},
    },
    "ToBeRead": {
        "view": {SHARED: WITH_ROLE, "any": WITH_ROLE},
        "add": {"any": NOBODY},
        "change": {SHARED: NOBODY},
        "delete": {SHARED: NOBODY},
    },
    "OfSchool": {
        "view": READERS | {SHARED: WITH_ROLE, "any": WITH_ROLE},
        "add": {"any": WRITERS[A] | WRITERS[B]},
        "change": WRITERS | {SHARED: EDITORS},
        "delete": WRITERS | {SHARED: EDITORS},
    },
    "Schools": {
        "view": READERS | {"any": WITH_ROLE},
        "add": {"any": EDITORS},
        "change": WRITERS,
        "delete": {A: EDITORS, B: EDITORS},
    },
    "Memberships": {
        "view": LEADS | {SHARED: EDITORS, "any": LEADS[A]},
        "add": {"any": LEADS[A]},
        "change": LEADS | {SHARED: frozenset({"superuser"})},
        "delete": LEADS | {SHARED: frozenset({"superuser"})},
    },
    "Accounts": {
        "view": {A: EDITORS, B: EDITORS, "any": EDITORS},
        "add": {"any": EDITORS},
        "change": {A: EDITORS, B: EDITORS},
        "delete": {A: NOBODY, B: NOBODY},
    },
    "AuditLog": {
        "view": LEADS | {"any": LEADS[A]},
        "add": {"any": NOBODY},
        "change": {A: NOBODY, B: NOBODY},
        "delete": {A: NOBODY, B: NOBODY},
    },
}


@dataclass(frozen=True)
class Policy:
    """Which right a page of a model asks for, to be looked at and to be sent to."""

    reads: str
    writes: str
    of_row: bool = True
    # The place of the row among those of its owner, and whose rows it is for, where not for all.
    place: int = 0
    owners: tuple[str, ...] = (A, B, SHARED)
    # What it may answer to those with the right, beside 200 and, to a POST, 302.
    also: frozenset = frozenset()
    # Whether it shows what visitors see, of all schools.
    shows_public: bool = False


MODEL_ROUTES = {
    "changelist": Policy("view", "view", of_row=False),
    "add": Policy("add", "add", of_row=False),
    "change": Policy("view", "change"),
    "delete": Policy("delete", "delete"),
    "history": Policy("view", "view"),
    "preview": Policy("view", "view", also=frozenset({405}), shows_public=True),
    "step": Policy("change", "change"),
    "revert": Policy("change", "change"),
    "import": Policy("add", "add", of_row=False),
    "export": Policy("view", "view", of_row=False, also=frozenset({405})),
    "reviewed": Policy("change", "change", also=frozenset({405})),
}
CUSTOM = {
    "auth_user_password_change": Policy("change", "change"),
    "clusters_program_adopt": Policy("add", "add", owners=(SHARED,)),
    "clusters_program_courses": Policy("view", "change", also=frozenset({400})),
    "clusters_program_changes": Policy("change", "change", place=1, owners=(A, B)),
    "clusters_program_status": Policy("change", "change"),
}

# What stands in an address beside the row: for one route, or for all.
ARGUMENTS = {
    "status": "published",
    "step": "archive",
    "name": {"Program": "programs.csv", "CatalogCourse": "courses.csv"},
}

# Routes of the admin that belong to no model: who gets an answer there; all others are asked to sign in.
SITE = {
    "admin:index": STAFF,
    "admin:login": EVERYBODY,
    "admin:logout": EVERYBODY,
    "admin:password_change": STAFF,
    "admin:password_change_done": STAFF,
    "admin:autocomplete": STAFF,
    "admin:jsi18n": EVERYBODY,
    "admin:view_on_site": STAFF,
    "admin:app_list": STAFF,
    "admin:(anything else)": STAFF,
    # Of their own account; the addresses name no other.
    "admin:second_factor": STAFF,
    "admin:second_factor_set_up": STAFF,
    "admin:second_factor_paper_codes": STAFF,
    "admin:second_factor_remove": STAFF,
}
# What is open to all says the same to all; tests/urls.py tells one from the other kinds.
PUBLIC = NOT_HTML | ONLY_SENT_TO | PRIVATE | {
    "home", "about", "data_sources", "privacy", "accessibility",
    "clusters:cluster_list", "clusters:cluster_detail", "clusters:pathway_detail", "clusters:occupation_list",
    "clusters:occupation_detail", "clusters:program_list", "clusters:program_detail", "clusters:school_list",
    "clusters:school_detail", "clusters:open_data", "clusters:compare", "clusters:search",
    "assessments:assessment_start",
}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """One address of the site as the URLconf knows it. ``model`` and ``kind`` are set for pages of a model in the admin."""

    name: str
    pattern: str
    model: type | None = None
    kind: str = ""

    @property
    def policy(self) -> Policy | None:
        return CUSTOM.get(self.name.removeprefix("admin:")) or MODEL_ROUTES.get(self.kind)

    @property
    def rule(self) -> str:
        return type(site._registry[self.model].rule).__name__

    @property
    def is_shared(self) -> bool:
        """Whether it is the same for all schools: nobody there has rows of their own."""
        return self.name in PUBLIC or bool(self.model and self.rule in ("Shared", "ToBeRead"))

    def rights_of(self, user: str) -> set:
        """What a user may do, as pairs of right and owner."""
        rights = RIGHTS[self.rule].items()
        return {(right, owner) for right, users in rights for owner in users if user in users[owner]}

    def users_with(self, right: str, owner: str) -> frozenset:
        return RIGHTS[self.rule][right].get(owner, NOBODY)


def routes() -> list[Route]:
    """Every route of the URLconf."""
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver, namespace, prefix):
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if not isinstance(entry, URLPattern):
            yield from _walk(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace, pattern)
        elif namespace == "admin:":
            yield _admin_route(entry, pattern)
        else:
            yield Route(f"{namespace}{entry.name}", pattern)


def _admin_route(entry, pattern):
    for model in site._registry:
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        if pattern.startswith(f"admin/{model._meta.app_label}/{model._meta.model_name}/"):
            name = entry.name or "(address without a page)"
            return Route(f"admin:{name}", pattern, model, name.removeprefix(prefix))
    return Route(f"admin:{entry.name or '(anything else)'}", pattern)


def unclassified() -> list[str]:
    """What to do about each route that has no policy."""
    return [f"{route.name} ({route.pattern}): {_where(route)}" for route in routes() if not is_classified(route)] + [
        f"{name}: there is no such route; take it out of tests/access/policies.py." for name in _gone()
    ]


def is_classified(route):
    if route.model:
        return route.kind == "(address without a page)" or (route.policy and route.rule in RIGHTS)
    return route.name in SITE or route.name in PUBLIC


def _where(route):
    if route.model and route.policy:
        return f"say in RIGHTS of tests/access/policies.py what its rule {route.rule} means."
    if route.model:
        return "say in CUSTOM of tests/access/policies.py which right it asks for, such as Policy('change', 'change')."
    if route.name.startswith("admin:"):
        return "say in SITE of tests/access/policies.py who gets an answer there."
    return "say in PUBLIC of tests/access/policies.py that it is for everybody, and in tests/urls.py what it is."


def _gone():
    classified = {f"admin:{name}" for name in CUSTOM} | SITE.keys() | PUBLIC
    return sorted(classified - {route.name for route in routes()})
