"""Every route, asked by everybody in every way: nobody sees or changes what is not theirs."""

import pytest

from tests.access import matrix, policies
from tests.access.world import USERS

ROUTES = list(filter(policies.is_classified, policies.routes()))
ADMIN = [route for route in ROUTES if route.model]
OTHERS = [route for route in ROUTES if not route.model]


def test_each_route_has_a_policy():
    assert policies.unclassified() == []


@pytest.mark.parametrize("user", USERS)
def test_pages_of_models(world, user):
    assert list(matrix.findings(world, ADMIN, users=[user])) == []


@pytest.mark.parametrize("user", USERS)
def test_other_pages(world, user):
    assert list(matrix.findings(world, OTHERS, users=[user])) == []
