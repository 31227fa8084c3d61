"""The last step of an upgrade asks the pages as visitors will."""

import logging

import pytest
from django.core.management import CommandError

from clusters.models import Cluster
from tests.factories import make_site


@pytest.fixture
def small_site(db):
    make_site(1)


@pytest.mark.parametrize("hosts", [["careers.district.example"], [".district.example"], ["*"], []])
def test_a_site_in_order_answers_under_its_name(small_site, settings, manage, hosts, caplog):
    settings.ALLOWED_HOSTS = hosts
    settings.SECURE_SSL_REDIRECT = True
    settings.DEBUG = not hosts
    with caplog.at_level(logging.INFO, logger="careers.requests"):
        # Ten of the site itself; one cluster, pathway and school; two occupations, one of them bare; two programs.
        assert "17 pages came as they should." in manage("warm")
    assert caplog.records == []


def test_a_page_that_does_not_come_is_named(small_site, manage, monkeypatch):
    monkeypatch.setattr(Cluster, "get_absolute_url", lambda cluster: "/nowhere/")
    with pytest.raises(CommandError, match=r"do not come: 1\. /nowhere/ answers 404\."):
        manage("warm")


def test_a_page_that_breaks_is_named(small_site, manage, monkeypatch):

    monkeypatch.setattr("careers.views.render", lambda *arguments, **options: 1 / 0)
    with pytest.raises(CommandError, match=r"/privacy/ answers 500"):
        manage("warm")
