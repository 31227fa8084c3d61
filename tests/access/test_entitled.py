"""Who may see a school's texts does see them: were a canary on no page at all, its absence elsewhere would prove nothing."""

import re

from clusters.models import Program
from tests.access import matrix, policies
from tests.access.asking import COUNSELOR, EDITOR, shown
from tests.access.world import B
from tests.admin.forms import change_page


def test_each_text_is_seen_by_somebody(world):
    """By column, for school B: what a district editor opens shows each; the checks would find it."""
    routes = [route for route in policies.routes() if route.model and route.policy and not route.is_shared]
    asked = matrix.questions(world, routes, [EDITOR], ["GET"])
    pages = [place.url for _user, _method, place in asked if place.owner == B or place.route.kind == "changelist"]
    pages += [
        change_page(row)
        for (model, owner), rows in world.rows.items()
        if owner == B and has_form(model)
        for row in rows
    ]
    pages += [row.get_absolute_url() for row in world.of(Program, B)]
    found = set()
    for url in dict.fromkeys(pages):
        found |= set(re.findall(r"canary-bp?-[a-z0-9-]+", shown(world.clients[EDITOR].get(url))))
    columns = {column for canary, column in world.canaries.items() if canary.startswith("canary-b")}
    assert columns - {world.canaries.get(canary) for canary in found} == set()
    # What has no column of its own: an earlier wording, the words with a version, and what a copy took over.
    assert {"canary-b-0-earlier", "canary-b-0-comment"} <= {re.sub(r"-example-org$", "", canary) for canary in found}


def has_form(model):
    return any(route.model is model and route.kind == "change" for route in policies.routes())


def test_own_texts_are_seen(world):
    """A counselor's own pages are no blank ones."""
    for url in ("/admin/", "/admin/clusters/program/", "/admin/clusters/catalogcourse/", "/admin/clusters/schoolnote/"):
        assert "canary-a" in shown(world.clients[COUNSELOR].get(url)), url
