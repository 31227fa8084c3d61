import json

import pytest

from tests.urls import REAL, addresses

pytestmark = pytest.mark.once


def test_policy_has_nothing_against_a_block_of_data(open_page):
    page, watch = open_page(addresses(REAL)["clusters:occupation_detail"])
    block = page.locator('script[type="application/ld+json"]')
    assert json.loads(block.text_content())["@type"] == "Occupation"
    assert watch.messages == []
