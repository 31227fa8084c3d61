"""Answering, keeping and ending, through the client of Django."""

import datetime
import re

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from assessments import services
from assessments.models import Result
from tests.factories import make_clusters

PAGES = 6


def _page(number, answer=4, slug="interests-60"):
    first = (number - 1) * 10 + 1
    return f"/assessment/{slug}/{number}/", {f"item-{order}": answer for order in range(first, first + 10)}


def _begin(client):
    return client.post("/assessment/", {"assessment": "interests-60"})


def _shaped(order):
    """Answers with a shape: realistic most, enterprising least."""
    return [5, 4, 3, 3, 1, 2][(order - 1) % 12 // 2]


def _answer_all(client, answer=_shaped):
    _begin(client)
    for number in range(1, PAGES + 1):
        url, data = _page(number)
        client.post(url, {name: answer(int(name.removeprefix("item-"))) for name in data})
    return Result.objects.latest("pk")


@pytest.fixture
def world(sixty):
    make_clusters(3)
    return sixty


def test_from_the_start_to_a_result(client, world):
    assert _begin(client).headers["Location"] == "/assessment/interests-60/1/"
    for number in range(1, PAGES + 1):
        url, data = _page(number)
        page = client.get(url)
        assert page.text.count('type="radio"') == 50
        assert f"{(number - 1) * 10} of 60" in page.text
        answer = client.post(url, data)
    assert answer.headers["Location"] == "/results/"
    assert Result.objects.get().scores == [30] * 6


def test_an_unanswered_item_is_named_and_the_others_are_kept(client, world):
    _begin(client)
    url, data = _page(1)
    del data["item-3"]
    page = client.post(url, data).text
    assert "1 activity has no answer yet" in page
    assert "<title>Error:" in page
    assert page.count("checked") == 9
    assert len(Result.objects.get().answers) == 9
    assert client.get(url).text.count("checked") == 9


def test_back_keeps_what_was_answered(client, world):
    _begin(client)
    client.post(*_page(1))
    url, _data = _page(2)
    assert client.post(url, {"item-11": 5, "go": "back"}).headers["Location"] == "/assessment/interests-60/1/"
    assert Result.objects.get().answers["11"] == 5
    assert len(Result.objects.get().answers) == 11


def test_sending_a_page_twice_changes_nothing(client, world):
    _begin(client)
    client.post(*_page(1))
    client.post(*_page(1))
    client.post(_page(1)[0], _page(1, answer=2)[1])
    result = Result.objects.get()
    assert len(result.answers) == 10
    assert set(result.answers.values()) == {2}


def test_a_page_sent_after_the_session_ended_begins_a_result_with_it(client, world):
    client.post(*_page(3))
    assert len(Result.objects.get().answers) == 10
    assert client.get(_page(3)[0]).text.count("checked") == 10


def test_the_last_page_leads_back_to_the_first_gap(client, world):
    _begin(client)
    for number in (1, 3, 4, 5):
        client.post(*_page(number))
    assert client.post(*_page(6)).headers["Location"] == "/assessment/interests-60/2/"


@pytest.mark.parametrize("value", ["", "0", "6", "-1", "1.5", "x", "5\0", "9" * 5000])
def test_nonsense_values_are_not_stored(client, world, value):
    _begin(client)
    url, data = _page(1)
    page = client.post(url, data | {"item-1": value, "item-99": "5", "item-11": "5"})
    assert page.status_code == 200
    assert set(Result.objects.get().answers) == {str(order) for order in range(2, 11)}


@pytest.mark.parametrize("path", ["/assessment/interests-60/0/", "/assessment/interests-60/7/", "/assessment/other/1/"])
def test_pages_that_are_not_there(client, world, path):
    assert client.get(path).status_code == 404
    assert client.post(path, {"item-1": 3}).status_code == 404


def test_results_belong_to_their_browser(client, world):
    from django.test import Client

    _answer_all(client)
    stranger = Client()
    page = stranger.get("/results/")
    assert "There is no result on this computer" in page.text
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_code_brings_the_result_to_another_computer(client, world):
    from django.test import Client

    result = _answer_all(client)
    code = re.search(r'class="code">([0-9A-Z-]+)<', client.post("/results/code/").text)[1]
    other = Client()
    assert other.post("/results/resume/", {"code": code.lower().replace("-", " ")}).headers["Location"] == "/results/"
    assert other.get("/results/").status_code == 200
    result.refresh_from_db()
    assert code.replace("-", "") not in str(result.__dict__)
    newer = client.post("/results/code/")
    assert newer.status_code == 200
    assert Client().post("/results/resume/", {"code": code}).status_code == 200


@pytest.mark.parametrize("code", ["", "0000-0000-0000", "nonsense", "\0", "é" * 500])
def test_a_wrong_code_is_said_kindly(client, world, code):
    page = client.post("/results/resume/", {"code": code})
    assert page.status_code == 200
    assert "Error:" in page.text


def test_done_clears_this_computer(client, world):
    _answer_all(client)
    answer = client.post("/results/done/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not Result.objects.exists()
    assert "There is no result on this computer" in client.get("/results/").text


def test_done_keeps_a_result_that_has_a_code(client, world):
    result = _answer_all(client)
    code = services.make_resume_code(result=result)
    client.post("/results/done/")
    assert "There is no result on this computer" in client.get("/results/").text
    assert services.find_by_code(typed=code) == result


def test_expired_results_are_out_of_reach_and_purged(client, world, capsys):
    result = _answer_all(client)
    code = services.make_resume_code(result=result)
    Result.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert "There is no result on this computer" in client.get("/results/").text
    assert services.find_by_code(typed=code) is None
    call_command("purge_expired", dry_run=True)
    assert Result.objects.count() == 1
    call_command("purge_expired")
    assert Result.objects.count() == 0
    assert "Results deleted: 1." in capsys.readouterr().out


def test_a_result_is_kept_as_long_as_the_setting_says(sixty):
    result = services.start(assessment=sixty)
    kept = result.expires_at - result.started_at
    assert abs(kept - datetime.timedelta(days=settings.RESULTS_KEPT_DAYS)) < datetime.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin"}, 302),
        ({"origin": "http://testserver"}, 302),
        ({}, 302),
    ],
)
def test_only_the_site_itself_can_send_forms(client, world, headers, status):
    assert client.post("/assessment/", {"assessment": "interests-60"}, headers=headers).status_code == status
    assert Result.objects.count() == (status == 302)


def test_a_put_aside_cluster_moves_the_next_one_up(client, world):
    _answer_all(client)
    first = re.findall(r'name="what" value="(cluster-\d)"', client.get("/results/").text)[0]
    client.post("/results/aside/", {"what": first, "aside": "yes"})
    second = re.findall(r'name="what" value="(cluster-\d)"', client.get("/results/").text)[0]
    assert first != second
    client.post("/results/aside/", {"what": first, "aside": "no"})
    assert re.findall(r'name="what" value="(cluster-\d)"', client.get("/results/").text)[0] == first


def test_a_flat_profile_is_told_so_and_offered_browsing(client, world):
    _answer_all(client, answer=lambda order: 3)
    page = client.get("/results/").text
    assert "you liked all six kinds of activity about the same" in page
    assert "/clusters/" in page


def test_a_straight_line_is_told_so_with_its_number(client, world):
    _answer_all(client, answer=lambda order: 5 if order <= 4 else 2)
    assert "You gave 56 of 60 activities the same answer" in client.get("/results/").text


def test_answers_that_contradict_each_other_are_told_so_with_the_number(client, world):
    other = [3, 1, 5, 2, 4, 3]
    _answer_all(client, answer=lambda order: _shaped(order) if order % 2 else other[(order - 1) % 12 // 2])
    page = client.get("/results/").text
    assert "differ a lot" in page
    assert "agrees with the other half by only -0.40" in page


def test_taking_it_again_shows_what_changed(client, world):
    _answer_all(client)
    _answer_all(client, answer=lambda order: 6 - _shaped(order))
    assert "What changed since last time" in client.get("/results/").text


def test_nothing_personal_is_in_addresses_or_logs(client, world, caplog):
    result = _answer_all(client)
    client.get("/results/")
    assert str(result) == f"Result {result.pk}"
    assert not [record for record in caplog.records if "item-" in record.getMessage()]


def test_query_budgets(client, world, django_assert_max_num_queries):
    _begin(client)
    with django_assert_max_num_queries(8):
        client.get(_page(1)[0])
    _answer_all(client)
    client.get("/results/")
    with django_assert_max_num_queries(14):
        client.get("/results/?zone=4&cluster=cluster-1")
