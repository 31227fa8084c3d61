"""Asks addresses as each user, and says what an answer gave away, changed or answered that it should not.

``findings(world, ...)`` returns sentences; an empty list is what everybody hopes for.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.forms import model_to_dict
from reversion.models import Version

from clusters.models import Program
from tests.access.policies import ARGUMENTS, PUBLIC, SITE, Route
from tests.access.world import (
    ANONYMOUS,
    EDITORS,
    LEADS,
    READERS,
    SHARED,
    USERS,
    WRITERS,
    A,
    B,
    World,
    digest,
    people_digest,
)
from tests.admin.forms import form_data
from tests.urls import addresses

METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
# The admin takes what is neither for a GET, so one user tries the others.
COUNSELOR, WITHOUT_ROLE = "counselor A", "without role"
# Of what is the same for all schools, one of each group of users with the same rights.
ONE_OF_EACH = (ANONYMOUS, WITHOUT_ROLE, COUNSELOR, "district editor")
SIGNED_OUT = frozenset({ANONYMOUS, "disabled"})
# Words of the admin that are no field.
YES = {"post": "yes", "confirmed": "yes", "action": "", ACTION_CHECKBOX_NAME: ""}


@dataclass(frozen=True)
class Address:
    """An address with the row it is about; ``body`` is what the browser of somebody with the right would send."""

    route: Route
    url: str
    owner: str
    body: dict = field(default_factory=dict, compare=False)


@contextmanager
def undone():
    """What happens within did not happen afterwards."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


class Writes:
    """Whether the database was written to."""

    WRITING = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)

    def __init__(self):
        self.seen = False

    def __call__(self, execute, sql, *arguments):
        # Sessions are not what anybody writes on purpose.
        self.seen |= bool(self.WRITING.match(sql)) and "django_session" not in sql
        return execute(sql, *arguments)


def findings(
    world: World,
    routes: Iterable[Route],
    users: Iterable[str] = USERS,
    methods: Iterable[str] = METHODS,
    owners=(A, B, SHARED),
) -> list[str]:
    """What is wrong with the answers; at most one sentence for a user, method and address."""
    found = []
    places = [place for route in routes for place in _known_places(world, route) if place.owner in owners]
    stored = {owner: (digest(world, owner), people_digest(world, owner)) for owner in (A, B, SHARED)}
    for place in places:
        for user, method, body in _questions(place, users, methods):
            problems = ask(world, place, user, method, body, stored)
            found += [f"{user}: {method} {place.url} ({place.route.name}, {place.owner}): {text}" for text in problems]
    return found


def _questions(place, users, methods) -> Iterator[tuple[str, str, dict]]:
    """Who asks how. What is the same for many is asked by one of them, or an hour would not do."""
    for user in users:
        if place.route.is_shared and user not in ONE_OF_EACH:
            continue
        for method in methods:
            if method == "POST":
                yield user, method, place.body
                if user == COUNSELOR:
                    yield user, method, {}
            elif method == "GET" or user == (WITHOUT_ROLE if place.route.is_shared else COUNSELOR):
                yield user, method, {}


def ask(world: World, place: Address, user: str, method: str, body: dict, stored: dict) -> Iterator[str]:
    writes = Writes()
    with undone(), connection.execute_wrapper(writes):
        arguments = {"data": body} if method in ("GET", "POST", "HEAD") else {}
        answer = getattr(world.clients[user], method.lower())(place.url, **arguments)
        if answer.status_code not in (wanted := expected(place, user, method)):
            yield f"answers {answer.status_code}, not {' or '.join(map(str, sorted(wanted)))}"
        yield from leaks(world, place, user, answer)
        if writes.seen:
            yield from changes(world, user, stored)


def expected(place: Address, user: str, method: str) -> frozenset[int]:
    """The status codes that the policy of a route allows."""
    route = place.route
    if route.name in PUBLIC:
        return frozenset({200, 302, 303, 400, 403, 404, 405})
    done = {200, 302} if method == "POST" else {200} if method in ("GET", "HEAD") else {200, 302, 405}
    if not route.model:
        return frozenset(done | {302, 403, 404, 405}) if user in SITE[route.name] else frozenset({302})
    if user in SIGNED_OUT:
        return frozenset({302})
    if route.kind == "(address without a page)":
        return frozenset({302})
    policy = route.policy
    right = policy.writes if method == "POST" else policy.reads
    refused = {405} if method not in ("GET", "POST") else policy.also & {405}
    if not policy.of_row or right == "add":
        may, knows = user in route.users_with(right, "any"), True
    else:
        may, knows = user in route.users_with(right, place.owner), user in route.users_with("view", place.owner)
    if policy.of_row and not knows:
        return frozenset({404} | refused)
    return frozenset(done | policy.also) if may else frozenset({403} | refused | policy.also)


def leaks(world: World, place: Address, user: str, answer) -> Iterator[str]:
    """Whatever an answer shows of a school that is not this user's."""
    content = b"".join(answer) if answer.streaming else answer.content
    shown = (content.decode(errors="replace") + str(answer.headers) + str(answer.cookies)).casefold()
    public = place.route.name in PUBLIC or (place.route.policy and place.route.policy.shows_public)
    for owner in (A, B):
        if user not in READERS[owner]:
            canaries = set(re.findall(rf"canary-{owner}{'' if public else 'p?'}-[a-z0-9-]+".casefold(), shown))
            # An address that was asked for says nothing new.
            for canary in sorted(canaries):
                if canary not in place.url.casefold():
                    yield f"shows {canary} ({world.canaries.get(canary, 'not a field')})"


def changes(world: World, user: str, stored: dict) -> Iterator[str]:
    """Whatever a user changed that is not theirs to change."""
    for owner in (A, B, SHARED):
        content, people = stored[owner]
        if user not in (EDITORS if owner is SHARED else WRITERS[owner]):
            yield from _differences(content, digest(world, owner), owner)
        if user not in (EDITORS if owner is SHARED else LEADS[owner]):
            yield from _differences(people, people_digest(world, owner), owner)


def _differences(before, after, owner):
    for name, rows in before.items():
        if rows != after[name]:
            yield f"changes {name} of {owner}"


# --- Addresses --------------------------------------------------------------------------------------------------------


def _known_places(world, route):
    if route not in world.places:
        world.places[route] = list(places_of(world, route))
    return world.places[route]


def places_of(world: World, route: Route) -> Iterator[Address]:
    """The addresses at which a route is asked: for each owner one, where it is about a row."""
    if route.name in PUBLIC:
        yield from _public_places(world, route)
    elif not route.model:
        yield from _site_places(world, route)
    elif route.kind == "(address without a page)":
        yield Address(route, _fill(route), SHARED)
    elif not route.policy.of_row:
        yield from _list_places(world, route)
    else:
        for owner in route.policy.owners:
            if row := next(iter(world.of(route.model, owner)[route.policy.place :]), None):
                url = _fill(route, row)
                yield Address(route, url, owner, _body(world, url))


def _fill(route, row=None):
    """The address of a route; what is no argument of its own is the number of the row."""

    def argument(found):
        value = ARGUMENTS.get(found[1], f"<{found[1]}>")
        return value[route.model.__name__] if isinstance(value, dict) else value

    url = "/" + re.sub(r"<(?:\w+:)?(\w+)>", argument, route.pattern)
    if "<version_id>" in url:
        url = url.replace("<version_id>", str(Version.objects.get_for_object(row).last().pk if row else 0))
    return re.sub(r"<\w+>", str(row.pk if row else 1), url)


def _list_places(world, route):
    url = _fill(route)
    if route.kind != "add":
        yield Address(route, url, SHARED, YES)
        return
    if not (page := world.clients["superuser"].get(url)).context or "adminform" not in page.context:
        yield Address(route, url, SHARED)
        return
    for owner in (A, B, SHARED):
        if rows := world.of(route.model, owner):
            yield Address(route, url, owner, _new(page, rows[0]))


def _new(page, row):
    """The form that adds a row, filled in with what another one has, under a name of its own and in words that tell nothing."""
    data = form_data(page)
    for name, value in model_to_dict(row, page.context["adminform"].form.fields).items():
        if isinstance(value, list):
            data[name] = [getattr(item, "pk", item) for item in value]
        elif isinstance(value, str) and "canary" in value.casefold():
            data[name] = "new@example.org" if "@" in value else "https://new.example.org/" if "//" in value else "new"
        elif value is not None:
            data[name] = value
    return data


def _body(world, url):
    """What a superuser's browser would send from the page, with each text changed."""
    page = world.clients["superuser"].get(url)
    context = page.context or {}
    data = YES | {"stamp": context.get("stamp", "")}
    if "adminform" in context:
        data |= form_data(page)
    elif hasattr(context.get("form"), "fields"):
        data |= {field.html_name: field.value() or "" for field in context["form"]}
    for name, value in data.items():
        if name.rsplit("-", 1)[-1] in ("title_en", "summary_en", "name", "text", "description_en", "first_name"):
            data[name] = f"x{str(value)[1:]}"
    return data


def _site_places(world, route):
    match route.name:
        case "admin:view_on_site":
            for owner in (A, B):
                for program in world.of(Program, owner):
                    kind = ContentType.objects.get_for_model(Program).pk
                    yield Address(route, f"/admin/r/{kind}/{program.pk}/", owner)
        case "admin:autocomplete":
            for query in (
                "app_label=clusters&model_name=courseslot&field_name=catalog_course",
                "app_label=clusters&model_name=program&field_name=school",
                "app_label=clusters&model_name=program&field_name=based_on",
                "app_label=schools&model_name=membership&field_name=user",
            ):
                yield Address(route, f"/admin/autocomplete/?{query}&term=", SHARED)
        case "admin:app_list":
            for label in ("clusters", "schools", "assessments"):
                yield Address(route, f"/admin/{label}/", SHARED)
        case "admin:(anything else)":
            yield Address(route, "/admin/nothing-here/", SHARED)
        case _:
            yield Address(route, _fill(route), SHARED)


def _public_places(world, route):
    for owner in (A, B):
        for program in world.of(Program, owner):
            example = {
                "cluster": "cluster-8", "pathway": "pathway-1", "occupation": "29-1001.00", "program": program.slug,
                "school": world.schools[owner].slug,
            }  # fmt: skip
            yield Address(route, addresses(example)[route.name], owner)
            if not route.name.endswith("program_detail"):
                break
