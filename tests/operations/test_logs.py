"""The log has a line for each request, and nothing that says who somebody is or what they typed."""

import json
import logging
import re
import uuid
from io import StringIO

import pytest
from django.conf import settings as site
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from assessments.instruments import load
from careers import logs, views
from schools.models import User
from tests.factories import make_clusters

SECRETS = ("quasimodo", "esmeralda", "hugo-victor", "hunchback of paris", "203.0.113.9", "Netscape", "item-1", "sesame")


@pytest.fixture(params=["json", "plain"])
def form(request):
    return request.param


@pytest.fixture
def log(form):
    """What is written to the log from here on; all loggers, down to the smallest message."""
    handler = logging.StreamHandler(StringIO())
    handler.setFormatter({"json": logs.JsonFormatter, "plain": logs.PlainFormatter}[form]())
    handler.setLevel(logging.DEBUG)
    levels = {name: logging.getLogger(name).level for name in ("django.request", "careers.requests")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield handler.stream
    logging.getLogger().removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def lines(log):
    return lambda: [json.loads(line) for line in log.getvalue().splitlines()]


only_json = pytest.mark.parametrize("form", ["json"], indirect=True)


@only_json
def test_a_request_is_one_line_of_known_fields(client, db, lines):
    client.get("/about/?q=quasimodo")
    (line,) = lines()
    assert line.pop("time").endswith("+00:00")
    assert line.pop("duration_ms") >= 0
    assert len(line.pop("request_id")) == 32
    assert line == {
        "level": "info",
        "logger": "careers.requests",
        "method": "GET",
        "url_name": "about",
        "status": 200,
        "user": "visitor",
    }


@only_json
def test_staff_are_staff_and_nobody_in_particular(client, db, lines):
    make_clusters(1)
    client.force_login(User.objects.create(username="esmeralda", is_staff=True))
    client.get(reverse("admin:index"))
    page = client.get("/about/")
    assert [line["user"] for line in lines() if line["logger"] == "careers.requests"] == ["staff", "visitor"]
    assert "Cookie" not in page.get("Vary", ""), "the log must not open the session of who reads a public page"


@only_json
@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        (str(uuid.UUID(int=7)), True),
        (uuid.UUID(int=7).hex, True),
        ("Esmeralda was here", False),
        ("abc", False),
        ("f" * 200, False),
        ("abcdef0123456789\n", False),
    ],
)
def test_the_id_of_a_proxy_is_taken_when_it_looks_like_one(client, db, lines, sent, taken):
    answer = client.get("/healthz", headers={"X-Request-ID": sent})
    assert (answer["X-Request-ID"] == sent) is taken
    assert re.fullmatch(r"[0-9a-f-]{32,36}", answer["X-Request-ID"])
    assert lines()[0]["request_id"] == answer["X-Request-ID"]


def test_nothing_that_people_send_is_ever_in_the_log(db, log, monkeypatch):
    load(site.BASE_DIR / "fixtures" / "assessments.json")
    make_clusters(1)
    visitor = Client(REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT="Netscape", raise_request_exception=False)
    visitor.post("/assessment/", {"assessment": "interests-60"})
    for page in range(1, 7):
        answers = {f"item-{order}": order % 5 + 1 for order in range(page * 10 - 9, page * 10 + 1)}
        assert visitor.post(f"/assessment/interests-60/{page}/", answers).status_code == 302
    code = re.search(r'class="code">([0-9A-Z-]+)<', visitor.post("/results/code/").text)[1]
    visitor.post("/results/resume/", {"code": code})
    visitor.get("/search/?q=quasimodo")
    visitor.get(f"/{code}/esmeralda/?q=quasimodo")
    visitor.generic("ESMERALDA", "/about/")
    visitor.get("/about/", headers={"host": "esmeralda.example"})
    visitor.get("/about/", headers={"X-Request-ID": "esmeralda"})
    visitor.post("/results/done/", headers={"origin": "https://esmeralda.example"})
    User.objects.create(username="hugo-victor", is_staff=True)
    visitor.post(reverse("admin:login"), {"username": "hugo-victor", "password": "sesame"})
    visitor.post("/results/code/", b"{" * 10, content_type="multipart/form-data; boundary=esmeralda")

    def fails(*arguments, **options):
        try:
            int("quasimodo")
        except ValueError as error:
            raise RuntimeError("hunchback of paris") from error

    monkeypatch.setattr(views.DataSource.objects, "order_by", fails)
    assert visitor.get("/about/data/?q=quasimodo").status_code == 500
    logging.getLogger("a.library").error("Refused %s", "esmeralda")
    written = log.getvalue()
    assert [secret for secret in (*SECRETS, code, code.replace("-", "")) if secret.lower() in written.lower()] == []
    for expected in ("assessments:assessment_page", "clusters:search", "RuntimeError", "data_sources", "Refused %s"):
        assert expected in written


@only_json
def test_a_fault_says_where_it_was_and_in_which_request(db, lines, monkeypatch):
    def fails(*arguments, **options):
        raise RuntimeError("hunchback of paris")

    monkeypatch.setattr(views.DataSource.objects, "order_by", fails)
    answer = Client(raise_request_exception=False).get("/about/data/")
    fault = next(line for line in lines() if line["level"] == "error")
    assert fault["exception"] == "RuntimeError"
    assert any(re.search(r"careers/views\.py:\d+ data_sources$", place) for place in fault["where"])
    assert {line["request_id"] for line in lines()} == {answer["X-Request-ID"]}


def test_a_form_that_is_not_known_is_said():
    with pytest.raises(ImproperlyConfigured, match="Set it to json or plain"):
        logs.configuration("yaml")


def test_no_logger_of_the_site_writes_by_other_means(form):
    configured = logs.configuration(form)
    assert list(configured["handlers"]) == ["stderr"]
    assert all(not logger.get("handlers") for logger in configured["loggers"].values())
    for name in ("django", "django.server", "django.request"):
        assert logging.getLogger(name).handlers == []
        assert logging.getLogger(name).propagate
