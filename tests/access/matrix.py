"""Asks addresses as each user, and says what an answer gave away, changed or answered that it should not.

The addresses follow from the URLconf and the registry of the admin (``policies.routes``): one for each route and, where it is
about a row, one for each owner. What the answer has to be follows from the route's policy; a new route without one fails, and the
failure says where to write it. Whatever it answers, no canary of a school (``world``) may be in it for who does not read that
school, and nothing of a school may be different afterwards that is not theirs to write.

Who asks what is as little as shows each rule:

- GET: everybody each page of a school's rows, a superuser only where it has other rights than a district editor. Of what all
  schools share one user of each kind (``ONE_OF_EACH``), a district editor only what leads to writing; of what is public, a
  visitor and a counselor.
- POST: one user for each set of rights at a model, a district editor only where it is refused. With the right, what a browser
  would send; without it, a bare "yes", for the answer alone shows that a guard is gone.
- The other methods lead nowhere of their own: each address of a school's row is asked in one of them, in turn, by a visitor and
  a counselor, so that every kind of page is asked in all; of what is shared, the forms.

``ACCESS_MATRIX=full pytest tests/access/test_matrix.py`` asks everything of everybody in every way, which takes ten minutes.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Model
from django.forms import model_to_dict
from reversion.models import Version

from clusters.models import Program
from tests.access.policies import ARGUMENTS, PUBLIC, RIGHTS, SITE, Route
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

FULL = os.environ.get("ACCESS_MATRIX") == "full"
OTHER_METHODS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
METHODS = ("GET", "POST", *OTHER_METHODS)
COUNSELOR, EDITOR, WITHOUT_ROLE = "counselor A", "district editor", "without role"
# Of what is the same for all schools, one of each group of users with the same rights.
ONE_OF_EACH = (ANONYMOUS, WITHOUT_ROLE, COUNSELOR, EDITOR)
WRITERS_ASKED = (ANONYMOUS, "viewer A", COUNSELOR, "lead A", WITHOUT_ROLE, EDITOR)
# Pages of what all schools share that a district editor is asked with.
LEADS_TO_WRITING = ("add", "change", "delete")
OTHERWISE_ASKED = (ANONYMOUS, COUNSELOR)
SIGNED_OUT = frozenset({ANONYMOUS, "disabled"})
# Texts that are others in what is sent than on the page.
CHANGED = ("title_en", "summary_en", "name", "text", "description_en", "first_name")
# Words of the admin that are no field.
YES = {"post": "yes", "confirmed": "yes", "action": "", ACTION_CHECKBOX_NAME: ""}


@dataclass(frozen=True)
class Address:
    """An address with the owner of the row it is about; ``row`` is one to be added in the likeness of."""

    route: Route
    url: str
    owner: str
    row: Model | None = field(default=None, compare=False)


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
    world: World, routes: Iterable[Route], users: Iterable[str] = USERS, methods: Iterable[str] = METHODS
) -> Iterator[str]:
    """What is wrong with the answers, in sentences."""
    stored = world.stored
    if not stored:
        stored |= {owner: (digest(world, owner), people_digest(world, owner)) for owner in (A, B, SHARED)}
    for user, method, place in questions(world, routes, users, methods):
        for text in ask(world, place, user, method, stored):
            yield f"{user}: {method} {place.url} ({place.route.name}, {place.owner}): {text}"


def questions(world, routes, users, methods) -> Iterator[tuple[str, str, Address]]:
    """Who asks what how."""
    turns = count()
    for route in routes:
        for place in _known_places(world, route):
            turn = next(turns)
            for user in users:
                asked = [method for method in _methods_of(route, user, turn) if method in methods]
                yield from ((user, method, place) for method in asked)


def _methods_of(route, user, turn):
    if FULL:
        yield from METHODS
        return
    other = OTHER_METHODS[(turn + USERS.index(user)) % len(OTHER_METHODS)]
    if route.name in PUBLIC:
        yield from {ANONYMOUS: ("GET", "POST", other), COUNSELOR: ("GET",)}.get(user, ())
    elif not route.is_shared:
        if not (route.model and user == "superuser" and route.rights_of(user) == route.rights_of(EDITOR)):
            yield "GET"
        if user in (WRITERS_ASKED if route.model else OTHERWISE_ASKED) and not _is_like_another(route, user):
            yield "POST"
        if user in OTHERWISE_ASKED:
            yield other
    elif user in ONE_OF_EACH:
        if user != EDITOR or route.kind in LEADS_TO_WRITING:
            yield "GET"
        if not _is_like_another(route, user):
            yield "POST"
        if route.kind == "change":
            yield other


def _is_like_another(route, user):
    """Whether somebody who is asked before has the same rights; a district editor has mostly all of them."""
    if not (route.model and route.policy) or user == ANONYMOUS:
        return False
    if user == EDITOR:
        return all(EDITOR in users for users in RIGHTS[route.rule][route.policy.writes].values())
    before = WRITERS_ASKED[1 : WRITERS_ASKED.index(user)]
    return any(route.rights_of(other) == route.rights_of(user) for other in before)


def ask(world: World, place: Address, user: str, method: str, stored: dict) -> Iterator[str]:
    """What is wrong with one answer. Nothing of what it did is left, nor in the browser that asked."""
    arguments = {"data": _body(world, place, user)} if method == "POST" else {}
    client, writes = world.clients[user], Writes()
    cookies = deepcopy(client.cookies)
    with undone(), connection.execute_wrapper(writes):
        answer = getattr(client, method.lower())(place.url, **arguments)
        if answer.status_code not in (wanted := expected(place, user, method)):
            yield f"answers {answer.status_code}, not {' or '.join(map(str, sorted(wanted)))}"
        yield from leaks(world, place, user, answer)
        if writes.seen:
            yield from changes(world, user, stored)
    client.cookies = cookies


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
    refused = {405} if method not in ("GET", "POST") else policy.also & {405}
    if policy.of_row and user not in route.users_with("view", place.owner) and _right(place, method) != "add":
        return frozenset({404} | refused)
    return frozenset(done | policy.also) if _may(place, user, method) else frozenset({403} | refused | policy.also)


def _right(place, method):
    return place.route.policy.writes if method == "POST" else place.route.policy.reads


def _may(place, user, method):
    """Whether the policy gives a user the right that a page of a model asks for."""
    route = place.route
    if not (route.model and route.policy):
        return False
    right = _right(place, method)
    of_row = route.policy.of_row and right != "add"
    return user in route.users_with(right, place.owner if of_row else "any")


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
        # Where the address names no row, it is the same for all.
        world.places[route] = list({(place.url, place.row): place for place in places_of(world, route)}.values())
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
                yield Address(route, _fill(route, row), owner)


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
    owners = [owner for owner in (A, B, SHARED) if route.kind == "add" and world.of(route.model, owner)]
    for owner in owners:
        yield Address(route, _fill(route), owner, world.of(route.model, owner)[0])
    if not owners:
        yield Address(route, _fill(route), SHARED)


def _body(world, place, user):
    """What is sent; what a superuser's browser would send is found once."""
    if user in EDITORS or not _may(place, user, "POST"):
        # Whoever may not is refused whatever it is, and what an editor may, everybody's rows show.
        return YES
    if place not in world.bodies:
        world.bodies[place] = _found_body(world, place)
    return world.bodies[place]


def _found_body(world, place):
    if not (place.row or place.route.policy.of_row):
        return YES
    page = world.clients["superuser"].get(place.url)
    context = page.context or {}
    if place.row:
        return _new(page, place.row) if "adminform" in context else YES
    data = YES | {"stamp": context.get("stamp", "")}
    if "adminform" in context:
        data |= form_data(page)
    elif hasattr(context.get("form"), "fields"):
        data |= {field.html_name: field.value() or "" for field in context["form"]}
    for name, value in data.items():
        if name.rsplit("-", 1)[-1] in CHANGED:
            data[name] = f"x{str(value)[1:]}"
    return data


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
