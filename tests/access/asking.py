"""What the tests of known leaks ask with."""

from django.contrib.admin import site
from django.db import connection

from tests.access.matrix import Writes
from tests.access.world import SHARED, B, digest, people_digest
from tests.admin.forms import change_page, form_data

COUNSELOR, LEAD, EDITOR = "counselor A", "lead A", "district editor"
EVERY_MODEL = list(site._registry)


def shown(answer):
    content = b"".join(answer) if answer.streaming else answer.content
    return (content.decode(errors="replace") + str(answer.headers)).casefold()


def tells_of_b(answer):
    return "canary-b" in shown(answer)


def row_of(world, model, owner):
    return world.of(model, owner)[0]


def stored_of(world):
    """What school B and all schools have."""
    return digest(world, B), people_digest(world, B), digest(world, SHARED)


def sent(world, user, url, data, stored=None):
    """Send a form; what school B and all schools have is the same afterwards, which is ``stored`` where it is known."""
    stored, writes = stored or stored_of(world), Writes()
    with connection.execute_wrapper(writes):
        answer = world.clients[user].post(url, data)
    assert answer.status_code < 500
    assert not tells_of_b(answer)
    assert not writes.seen or stored_of(world) == stored
    return answer


def form_of(world, row, user=COUNSELOR):
    return form_data(world.clients[user].get(change_page(row)))
