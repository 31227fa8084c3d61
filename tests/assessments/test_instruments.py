import copy
import json

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from assessments.instruments import InstrumentProblem, check, load
from assessments.models import Assessment, Item

SHIPPED = settings.BASE_DIR / "fixtures" / "assessments.json"
RECORDS = json.loads(SHIPPED.read_text())


def _write(tmp_path, records):
    file = tmp_path / "own.json"
    file.write_text(json.dumps(records))
    return file


def test_shipped_instruments(sixty):
    short = Assessment.objects.get(slug="interests-30")
    areas = list(sixty.items.order_by("order").values_list("area", flat=True))
    assert areas[:4] == ["realistic", "realistic", "investigative", "investigative"]
    assert sixty.items.count() == 60
    assert short.items.count() == 30
    assert not Item.objects.filter(text_es=None).exists()
    assert list(Assessment.objects.offered()) == [sixty, short]


def test_loading_again_changes_nothing(sixty):
    assert load(SHIPPED) == {"interests-60, version 1": "unchanged", "interests-30, version 1": "unchanged"}


def test_a_published_instrument_is_frozen(sixty, tmp_path):
    changed = copy.deepcopy(RECORDS)
    changed[1]["fields"]["text_en"] = "Something else"
    with pytest.raises(InstrumentProblem, match="next version number"):
        load(_write(tmp_path, changed))
    assert not Item.objects.filter(text_en="Something else").exists()


def test_a_new_version_is_offered_in_place_of_the_old_one(sixty, tmp_path):
    newer = copy.deepcopy(RECORDS[:61])
    newer[0]["fields"]["version"] = 2
    for record in newer[1:]:
        record["fields"]["assessment"][1] = 2
    newer[1]["fields"]["text_en"] = "Something else"
    load(_write(tmp_path, newer))
    assert [(a.slug, a.version) for a in Assessment.objects.offered()] == [("interests-60", 2), ("interests-30", 1)]
    assert sixty.items.get(order=1).text_en != "Something else"


ITEMS = [dict(record["fields"]) for record in RECORDS[62:]]


def _without(place):
    return [item for item in ITEMS if item["order"] != place]


def _changed(place, **fields):
    return [item | fields if item["order"] == place else item for item in ITEMS]


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([], "has no items"),
        (_without(30), "same number of items"),
        (_without(7), "order 1 to 29"),
        (_changed(3, area="investigative"), "same number of items"),
        (_changed(4, area="sporty"), "is none of realistic"),
        (_changed(5, text_en=" "), "text is missing"),
        (_changed(6, text_en=ITEMS[0]["text_en"].upper()), "is there twice"),
        ([*_changed(1, area="investigative")[:1], ITEMS[1] | {"area": "realistic"}, *ITEMS[2:]], "must take turns"),
    ],
)
def test_an_instrument_that_cannot_measure_is_refused(items, message):
    check("interests-30", ITEMS)
    with pytest.raises(InstrumentProblem, match=message):
        check("own", items)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"model": 1}]', "not json"])
def test_a_file_that_is_no_fixture_is_refused(db, tmp_path, text):
    file = tmp_path / "own.json"
    file.write_text(text)
    with pytest.raises(CommandError, match=r"own\.json"):
        call_command("load_assessments", file)
    assert not Assessment.objects.exists()
