"""Files of open data: complete, public rows only, safe in a spreadsheet, and of one moment."""

import csv
import io
import json
import re
import threading
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from clusters.models import Cluster, CourseSlot, Program
from clusters.open_data import FILES, programs
from clusters.open_data.base import one_moment
from tests.factories import make_cluster, make_occupation, make_pathway, make_program, make_school, make_site

DOCUMENTATION = Path(__file__).parent.parent / "docs" / "reference" / "open-data.md"
NAMES = [file.name for file in FILES]


def _get(client, name) -> str:
    answer = client.get(f"/data/{name}")
    assert answer.status_code == 200
    return answer.getvalue().decode("utf-8-sig" if name.endswith(".csv") else "utf-8")


def _rows(client, name) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_get(client, name), newline="")))


@pytest.fixture
def pathway(db):
    return make_pathway(make_cluster())


def test_programs_as_csv(client, pathway):
    model = make_program(pathway, occupations=[make_occupation(1, on=pathway), make_occupation(2, on=pathway)])
    make_program(pathway, 2, school=make_school(), based_on=model)
    first, second = _rows(client, "programs.csv")
    assert first == {
        "slug": "program-1",
        "url": "http://testserver/programs/program-1/",
        "title": "Program 1 title",
        "school": "",
        "school_name": "",
        "based_on": "",
        "cluster": "8",
        "cluster_title": "Cluster 8 title",
        "pathway": "8.1",
        "pathway_title": "Pathway 1 title",
        "summary": "Learn to care for people.",
        "last_entry": "10",
        "courses": "10: Exploring care; 11: Care; 12: Practice of care",
        "dual_credit": "12: Practice of care",
        "credentials": "Made-up card (Made-up board)",
        "occupations": "29-1001.00; 29-1002.00",
        "majors": "51.2000",
        "elements": "skills; demand; progression; entry-exit; credential",
        "sources": "Made-up release, May 2025",
    }
    assert (second["school"], second["school_name"], second["based_on"]) == ("school-1", "School 1 name", "program-1")


def test_programs_as_json(client, pathway):
    make_program(pathway, school=make_school(), occupations=[make_occupation(on=pathway)])
    CourseSlot.objects.filter(title="Care").update(credits="0.50")
    file = json.loads(_get(client, "programs.json"))
    (program,) = file["programs"]
    assert program["school"] == {"slug": "school-1", "name": "School 1 name"}
    assert program["pathway"] == {"number": "8.1", "title": "Pathway 1 title"}
    assert program["courses"][3] == {
        "grade": 11,
        "title": "Care",
        "kind": "career-technical",
        "stage": 2,
        "credits": 0.5,
        "dual_credit": False,
        "sced_code": "14051",
        "local_number": None,
    }
    assert program["work_based_learning"][3] == {
        "grade": 12,
        "kind": "internship",
        "stage": 4,
        "description": "You see it.",
    }
    assert program["majors"] == [{"code": "51.2000", "title": "Study of care", "award": "associate"}]
    assert program["elements"]["standards"] is False
    assert program["sources"] == ["made-up-1"]
    (source,) = file["sources"]
    assert (source["slug"], source["licence"], source["released_on"]) == ("made-up-1", "Public domain", "2025-05-01")


def test_clusters_as_json(client, pathway):
    make_occupation(on=pathway, basis="editorial")
    (cluster,) = json.loads(_get(client, "clusters.json"))["clusters"]
    assert cluster["url"] == "http://testserver/clusters/cluster-8/"
    (listed,) = cluster["pathways"]
    assert listed["knowledge_and_skills"] == ["Read a chart", "Listen well", "Wash your hands", "Stay calm"]
    assert listed["occupations"] == [{"code": "29-1001.00", "basis": "editorial"}]


def test_occupations_as_csv(client, pathway):
    make_occupation(on=pathway, projected_change=-2.5, wage_p90=None, wage_top_coded=True)
    (row,) = _rows(client, "occupations.csv")
    assert (row["wage_median"], row["hourly_wage_median"], row["wage_top_coded"]) == ("50001", "24.5", "true")
    assert row["projected_change"] == "-2.5", "a number is no formula"
    assert row["wage_p90"] == "", "what is not published is not zero"
    assert (row["entry_education"], row["realistic"]) == ("bachelor", "1.5")
    for column in ("source", "wages_source", "outlook_source", "interests_source"):
        assert row[column] == "Made-up release, May 2025"


@pytest.mark.parametrize("fields", [{"status": "draft"}, {"status": "archived"}, {"retired_on": "2026-01-01"}])
def test_what_is_not_public_is_in_no_file(client, pathway, fields):
    hidden = make_program(pathway, 7, slug="hidden", title="Hidden title", **fields)
    make_program(pathway, 8, school=make_school(), based_on=hidden)
    make_occupation(title="Hidden title", retired_on="2026-01-01")
    make_cluster(9, title="Hidden title", retired_on="2026-01-01")
    for name in NAMES:
        assert "idden" not in _get(client, name), name
    assert [row["slug"] for row in _rows(client, "programs.csv")] == ["program-8"]


@pytest.mark.parametrize("name", NAMES)
def test_no_file_names_staff(client, pathway, name):
    contact = {"contact_name": "Ms. Rivera", "contact_email": "rivera@school-1.example.org"}
    make_program(pathway, school=make_school(), local_demand="Ms. Rivera asked the clinic.", **contact)
    text = _get(client, name)
    assert "Rivera" not in text
    assert "@" not in text


def test_text_is_no_formula(client, pathway):
    make_program(pathway, title="=HYPERLINK(A1)", summary="@SUM(A1)")
    make_occupation(on=pathway, title="+1")
    (program,), (occupation,) = _rows(client, "programs.csv"), _rows(client, "occupations.csv")
    assert (program["title"], program["summary"], occupation["title"]) == ("'=HYPERLINK(A1)", "'@SUM(A1)", "'+1")
    assert json.loads(_get(client, "programs.json"))["programs"][0]["title"] == "=HYPERLINK(A1)"


@pytest.mark.parametrize("name", NAMES)
def test_answer_can_be_cached_by_anyone_and_saved(client, db, name):
    answer = client.get(f"/data/{name}?pathway=1&q=x")
    text = answer.getvalue()
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Content-Type"] == ("text/csv; charset=utf-8" if name.endswith(".csv") else "application/json")
    assert answer["Content-Length"] == str(len(text))
    assert text.startswith(b"\xef\xbb\xbf") is name.endswith(".csv")
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert client.get(f"/data/{name}").getvalue() == text
    assert [getattr(client, method)(f"/data/{name}").status_code for method in ("post", "put", "delete")] == [405] * 3


@pytest.mark.parametrize("name", NAMES)
def test_head_makes_no_file(client, db, name, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.head(f"/data/{name}")
    assert (answer.status_code, answer.getvalue()) == (200, b"")
    assert name in answer["Content-Disposition"]
    assert "Content-Length" not in answer


def test_queries_grow_by_chunk_and_not_by_row(client, db, django_assert_max_num_queries, monkeypatch):
    make_site(3)
    counts = {}
    for chunk in (100, Program.objects.published().count() // 2):
        monkeypatch.setattr(programs, "CHUNK", chunk)
        for name in NAMES:
            with django_assert_max_num_queries(20) as queries:
                _get(client, name)
            counts.setdefault(name, []).append(len(queries))
    # The releases and the programs, then five kinds of parts for each chunk.
    assert counts == {
        "programs.csv": [7, 12],
        "programs.json": [7, 12],
        "clusters.json": [4, 4],
        "occupations.csv": [2, 2],
    }


def test_an_error_half_way_sends_nothing(db, monkeypatch):
    make_site(1)
    seen = []

    def fail_at_the_second(program):
        seen.append(program)
        if len(seen) == 2:
            raise RuntimeError("The database went away.")
        return []

    monkeypatch.setattr(programs, "elements", fail_at_the_second)
    answer = Client(raise_request_exception=False).get("/data/programs.json")
    assert len(seen) == 2
    assert answer.status_code == 500
    assert "Content-Disposition" not in answer


def test_an_empty_site_has_valid_files(client, db):
    assert json.loads(_get(client, "programs.json")) == {"programs": [], "sources": []}
    assert json.loads(_get(client, "clusters.json")) == {"clusters": [], "sources": []}
    assert _rows(client, "programs.csv") == []
    assert _get(client, "occupations.csv").startswith("code,title,")


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_every_field_is_documented(client, db, file):
    _heading, _name, section = DOCUMENTATION.read_text().partition(f"### {file.name}\n")
    documented = re.findall(r"`([\w]+)`", "".join(re.findall(r"^\|([^|]+)\|", section.split("\n#")[0], re.MULTILINE)))
    assert documented
    assert set(documented) == {field.name for field in file.fields}
    page = client.get(reverse("clusters:open_data")).text
    assert f'href="/data/{file.name}"' in page
    for field in file.fields:
        assert f"<dt>{field.name}</dt>" in page
        assert str(field.meaning)


@pytest.mark.django_db(transaction=True)
def test_a_file_is_of_one_moment_and_keeps_no_writer_waiting():
    make_cluster(title="Before")

    def change():
        Cluster.objects.update(title_en="After")
        connection.close()

    usual = getattr(connection, "transaction_mode", None)
    with one_moment():
        first = Cluster.objects.get().title
        writer = threading.Thread(target=change)
        writer.start()
        writer.join(timeout=5)
        assert not writer.is_alive(), "the writer waits for the reader"
        second = Cluster.objects.get().title
    assert (first, second, Cluster.objects.get().title) == ("Before", "Before", "After")
    assert getattr(connection, "transaction_mode", None) == usual
