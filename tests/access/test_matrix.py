"""Every route, asked by everybody in every way: nobody sees or changes what is not theirs."""

import pytest

from tests.access import matrix, policies
from tests.access.world import ANONYMOUS, USERS
from tests.conftest import POSTGRES

ROUTES = list(filter(policies.is_classified, policies.routes()))
ADMIN = [route for route in ROUTES if route.model]
OTHERS = [route for route in ROUTES if not route.model]
# Who may do what is decided before a database is asked; the second one answers those who ask most of it.
ASKED = (ANONYMOUS, matrix.COUNSELOR, "lead A") if POSTGRES and not matrix.FULL else USERS


def test_each_route_has_a_policy():
    assert policies.unclassified() == []


@pytest.mark.parametrize("user", ASKED)
def test_pages_of_models(world, user):
    assert list(matrix.findings(world, ADMIN, users=[user])) == []


@pytest.mark.parametrize("user", ASKED)
def test_other_pages(world, user):
    assert list(matrix.findings(world, OTHERS, users=[user])) == []
