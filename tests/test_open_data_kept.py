"""Files of open data are made once for a version of the content, and what is given is complete and not out of date."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import connection, transaction
from django.test import Client

from clusters.models import Cluster
from clusters.open_data import CLUSTERS_JSON, keeping
from clusters.open_data.base import DataFile
from tests.factories import make_cluster

FILE = "/data/clusters.json"


@pytest.fixture
def folder(transactional_db, settings, tmp_path):
    """Where the files are kept; nothing else keeps one there."""
    settings.VAR_DIR = tmp_path
    settings.ALLOWED_HOSTS = [".example"]
    make_cluster(title_en="First")
    return tmp_path / "open-data" / "clusters.json"


@pytest.fixture
def made(monkeypatch):
    """The address of the site for each file that was made."""
    sites, write = [], DataFile.write

    def counted(self, file, *, site):
        sites.append(site)
        write(self, file, site=site)

    monkeypatch.setattr(DataFile, "write", counted)
    return sites


def get(host="a.example", **headers):
    answer = Client(headers={"host": host, **headers}).get(FILE)
    return answer, answer.getvalue().decode()


def rename(title):
    Cluster.objects.get().delete()
    make_cluster(title_en=title)


def files(folder):
    return [file for file in folder.iterdir() if file.name != "lock"]


def test_file_is_made_once_for_a_version(folder, made):
    (first, text), (_second, again) = get(), get()
    assert len(made) == 1
    assert again == text
    assert '"title": "First"' in text
    assert first["Cache-Control"] == "no-cache"
    rename("Second")
    newer, text = get()
    assert '"title": "Second"' in text
    assert newer["ETag"] != first["ETag"]
    assert len(files(folder)) == 1


def test_who_has_the_file_is_told_so_also_after_a_change_elsewhere(folder, made):
    tag = get()[0]["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        answer, text = get(**{"if-none-match": known})
        assert (answer.status_code, text, answer["ETag"]) == (304, "", tag)
    # The number counts on, and the file says the same.
    Cluster.objects.get().save()
    assert get(**{"if-none-match": tag})[0].status_code == 304
    assert len(made) == 2


def test_each_name_of_the_site_has_its_own_and_there_are_few(folder):
    texts = {name: get(f"{name}.example")[1] for name in "abcdef"}
    assert all(f"http://{name}.example/clusters/" in text for name, text in texts.items())
    assert len(files(folder)) == keeping.NAMES_KEPT
    assert get("a.example")[1] == texts["a"]


def test_other_code_makes_its_own(folder, made, monkeypatch):
    get()
    monkeypatch.setattr(keeping, "_code", lambda: "the next version")
    get()
    assert len(made) == 2


def test_what_is_read_in_a_transaction_is_not_kept(folder, made):
    with transaction.atomic():
        rename("Undone")
        assert '"title": "Undone"' in get()[1]
        transaction.set_rollback(True)
    assert '"title": "First"' in get()[1]
    assert len(files(folder)) == 1


def test_error_half_way_leaves_nothing(folder, monkeypatch):
    def fail(*arguments):
        yield Cluster.objects.get()
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(DataFile, "_read", fail)
        assert Client(raise_request_exception=False, headers={"host": "a.example"}).get(FILE).status_code == 500
    assert files(folder) == []
    assert '"title": "First"' in get()[1]


@pytest.fixture
def held_up(monkeypatch):
    """Who makes a file waits in the midst of it until the test goes on: two events."""
    begun, go_on, write = threading.Event(), threading.Event(), DataFile.write

    def wait(self, file, *, site):
        begun.set()
        go_on.wait(10)
        write(self, file, site=site)

    monkeypatch.setattr(DataFile, "write", wait)
    return begun, go_on


def asking(pool):
    def ask():
        with closing(connection):
            return get()[1]

    return pool.submit(ask)


def test_while_it_is_made_others_have_the_one_before(folder, made, held_up):
    begun, go_on = held_up
    go_on.set()
    get()
    rename("Second")
    go_on.clear()
    begun.clear()
    with ThreadPoolExecutor(1) as pool:
        maker = asking(pool)
        assert begun.wait(10)
        assert '"title": "First"' in get()[1]
        go_on.set()
        assert '"title": "Second"' in maker.result()
    assert '"title": "Second"' in get()[1]
    assert len(made) == 2


def test_where_there_is_none_before_it_is_waited_for_and_made_once(folder, made, held_up):
    begun, go_on = held_up
    with ThreadPoolExecutor(3) as pool:
        waiting = [asking(pool) for _request in range(3)]
        assert begun.wait(10)
        go_on.set()
        assert len({each.result() for each in waiting}) == 1
    assert len(made) == 1


def test_file_that_goes_away_before_it_is_opened_is_looked_for_again(folder, monkeypatch):
    get()
    find, looks = keeping._found, []

    def find_what_is_gone(place, pattern):
        looks.append(pattern)
        return place / "x-1-gone" if len(looks) == 1 else find(place, pattern)

    monkeypatch.setattr(keeping, "_found", find_what_is_gone)
    file, _etag = keeping.kept(CLUSTERS_JSON, site="http://a.example")
    with file:
        assert b'"title": "First"' in file.read()
