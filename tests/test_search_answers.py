"""What search answers on all real titles: what a student would expect first, and the same on every database.

``data/search_answers.json`` holds the first ten answers to some queries. After a change of ranking or of the titles, look at
what differs and write the file anew: ``SEARCH_ANSWERS=write python -m pytest tests/test_search_answers.py``.
"""

import gzip
import json
import os
import random
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from clusters import search
from clusters.models import AlternateTitle, Cluster, Framework, Occupation, Pathway, Program

# Without the mark, pytest-django makes no test database.
pytestmark = pytest.mark.django_db

ANSWERS = Path(__file__).parent / "data" / "search_answers.json"

FIRST = {
    # The ones everybody tries.
    "nurse": "29-1141.00",
    "rn": "29-1141.00",
    "registred nurse": "29-1141.00",
    "29-1141": "29-1141.00",
    "video game": "15-1255.01",
    "welding": "51-4121.00",
    # As students say it.
    "doctor": "29-1229.00",
    "teacher": "25-2031.00",
    "kindergarten teacher": "25-2012.00",
    "teacher's aide": "25-9042.00",
    "electrician": "47-2111.00",
    "hvac": "49-9021.00",
    "game designer": "15-1255.01",
    "cop": "33-3051.00",
    "police": "33-3051.00",
    "fbi agent": "33-3021.00",
    "detective": "33-3021.00",
    "vet": "29-1131.00",
    "dog groomer": "39-2021.00",
    "zookeeper": "39-2021.00",
    "pilot": "53-2012.00",
    "airline pilot": "53-2011.00",
    "flight attendant": "53-2031.00",
    "truck driver": "53-3032.00",
    "bus driver": "53-3052.00",
    "hair dresser": "39-5012.00",
    "barber": "39-5011.00",
    "nail tech": "39-5092.00",
    "makeup artist": "39-5091.00",
    "chef": "35-1011.00",
    "cook": "35-2014.00",
    "baker": "51-3011.00",
    "cna": "31-1131.00",
    "lpn": "29-2061.00",
    "emt": "29-2042.00",
    "paramedic": "29-2043.00",
    "dentist": "29-1021.00",
    "dental hygienist": "29-1292.00",
    "pharmacist": "29-1051.00",
    "physical therapist": "29-1123.00",
    "speech therapist": "29-1127.00",
    "x ray tech": "29-2034.00",
    "ultrasound": "29-2032.00",
    "pediatrician": "29-1221.00",
    "lawyer": "23-1011.00",
    "attorney": "23-1011.00",
    "judge": "23-1023.00",
    "programmer": "15-1251.00",
    "software developer": "15-1252.00",
    "web developer": "15-1254.00",
    "web design": "15-1255.00",
    "data scientist": "15-2051.00",
    "cyber security": "15-1212.00",
    "car mechanic": "49-3023.00",
    "plumber": "47-2152.00",
    "carpenter": "47-2031.00",
    "welder": "51-4121.00",
    "roofer": "47-2181.00",
    "construction worker": "47-2061.00",
    "farmer": "11-9013.00",
    "forest": "19-1032.00",
    "park ranger": "19-1031.03",
    "game warden": "33-3031.00",
    "marine biologist": "19-1023.00",
    "meteorologist": "19-2021.00",
    "real estate": "41-9021.00",
    "accountant": "13-2011.00",
    "social worker": "21-1022.00",
    "school counselor": "21-1012.00",
    "psychologist": "19-3033.00",
    "therapist": "29-1123.00",
    "astronaut": "55-1011.00",
    "soldier": "55-3019.00",
    "graphic designer": "27-1024.00",
    "fashion designer": "27-1022.00",
    "interior design": "27-1025.00",
    "animator": "27-1014.00",
    "musician": "27-2042.00",
    "dj": "27-2091.00",
    "actor": "27-2011.00",
    "dancer": "27-2031.00",
    "football player": "27-2021.00",
    "coach": "27-2022.00",
    "photographer": "27-4021.00",
    "photography": "27-4021.00",
    "journalist": "27-3023.00",
    "author": "27-3043.00",
    "firefighter": "33-2011.00",
    "fire fighter": "33-2011.00",
    "ceo": "11-1011.00",
    "human resources": "13-1071.00",
    "marketing": "11-2021.00",
    "cashier": "41-2011.00",
    "waitress": "35-3031.00",
    "janitor": "37-2011.00",
    "librarian": "25-4022.00",
    "babysitter": "39-9011.01",
    "engineer": "17-2051.00",
    "mechanical engineer": "17-2141.00",
    "space engineer": "17-2011.00",
    "architect": "17-1011.00",
    "jobs with animals": "39-2021.00",
    "how to become a pilot": "53-2012.00",
    "wind turbine": "49-9081.00",
    # As students spell it.
    "teecher": "25-2031.00",
    "enginer": "17-2051.00",
    "electrcian": "47-2111.00",
    "vetrinarian": "29-1131.00",
    "docter": "29-1229.00",
    "plummer": "47-2152.00",
    "acountant": "13-2011.00",
    "lawer": "23-1011.00",
    "CNAs": "31-1131.00",
}
FURTHER = [
    "29-11", "99-9999.99", "a", "st", "operator", "machine operator", "manager", "supervisor", "technician", "health",
    "health science", "hospitality", "arts", "law", "science", "information technology", "agriculture", "music",
    "business", "sales", "electricity", "film director", "uber driver", "nurse welder", "teacher of the deaf",
    "heavy equipment operator", "911", "3d", "c++", "u.s. senator", "helth care", "nurse jobs", "youtuber", "",
]  # fmt: skip


def _rows(name: str, model: type) -> list[dict]:
    file = settings.BASE_DIR / "fixtures" / name
    data = file.read_bytes()
    records = json.loads(gzip.decompress(data) if file.suffix == ".gz" else data)
    rows = [record["fields"] for record in records if record["model"] == model._meta.label_lower]
    # In another order on each database, so that no answer can hang on the numbers that rows happen to get.
    random.Random(connection.vendor).shuffle(rows)  # noqa: S311 (no secret)
    return rows


def _load_titles() -> None:
    framework = Framework.objects.create(code="ncc-16", title="Sixteen clusters")
    clusters = {
        row["number"]: Cluster.objects.create(framework=framework, **_some(row, "number", "slug", "title_en", "colour"))
        for row in _rows("framework.json", Cluster)
    }
    for row in _rows("framework.json", Pathway):
        own = _some(row, "number", "slug", "title_en", "position")
        Pathway.objects.create(cluster=clusters[row["cluster"][-1]], **own)
    pathways = {
        (pathway.cluster.number, pathway.number): pathway for pathway in Pathway.objects.select_related("cluster")
    }
    Program.objects.bulk_create(
        Program(pathway=pathways[tuple(row["pathway"][1:])], **_some(row, "slug", "title_en", "status"))
        for row in _rows("programs.json", Program)
    )
    Occupation.objects.bulk_create(
        Occupation(**_some(row, "code", "title_en", "friendly_title_en", "soc_code", "job_zone", "employment"))
        for row in _rows("occupations.json.gz", Occupation)
    )
    ids = dict(Occupation.objects.values_list("code", "pk"))
    AlternateTitle.objects.bulk_create(
        AlternateTitle(occupation_id=ids[row["occupation"][0]], **_some(row, "title", "short_title"))
        for row in _rows("alternate_titles.json.gz", AlternateTitle)
    )


def _some(row: dict, *names: str) -> dict:
    return {name: row[name] for name in names if name in row}


def _answer(query: str, names: dict[str, dict[int, str]]) -> dict:
    results = search.search(query)
    return {
        "corrected": results.corrected,
        "partial": results.partial,
        "total": results.total,
        "clusters": [names["cluster"][found.target] for found in results.clusters],
        "pathways": [names["pathway"][found.target] for found in results.pathways[:10]],
        "programs": [names["program"][found.target] for found in results.programs[:10]],
        "occupations": [[names["occupation"][found.target], found.matched_title] for found in results.occupations[:10]],
    }


@pytest.fixture(scope="module")
def answers(once, django_db_setup, django_db_blocker):
    """The answer to each query, asked once for all workers. The titles are in the database while this is made, and no longer."""

    def ask(folder: Path) -> None:
        with django_db_blocker.unblock(), transaction.atomic():
            _load_titles()
            search.rebuild()
            names = {
                "cluster": dict(Cluster.objects.values_list("pk", "number")),
                "pathway": dict(Pathway.objects.values_list("pk", "number")),
                "program": dict(Program.objects.values_list("pk", "slug")),
                "occupation": dict(Occupation.objects.values_list("pk", "code")),
            }
            answers = {query: _answer(query, names) for query in [*FIRST, *FURTHER]}
            transaction.set_rollback(True)
        (folder / "answers.json").write_text(json.dumps(answers))

    return json.loads((once("search answers", ask) / "answers.json").read_text())


@pytest.mark.parametrize(("query", "code"), FIRST.items())
def test_leads_with_what_a_person_would_expect(answers, query, code):
    assert answers[query]["occupations"][0][0] == code


def test_the_answers_are_the_same_on_every_database(answers):
    if os.environ.get("SEARCH_ANSWERS") == "write":
        lines = (f"{json.dumps(query)}: {json.dumps(answer)}" for query, answer in answers.items())
        ANSWERS.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    assert answers == json.loads(ANSWERS.read_text())
