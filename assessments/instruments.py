"""Loads instruments from a fixture, after checking that they can measure what they say.

A file has one or more records ``assessments.assessment`` and their ``assessments.item`` in the form of Django's fixtures, as
fixtures/assessments.json has. A district can load one of its own, under its own licence, in the same form.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.db import transaction

from assessments.models import Assessment, Item
from clusters.choices import InterestArea

AREAS = InterestArea.values
# One area after the other, or each of them twice: the two orders that published inventories use, so that neighbours differ.
ORDERS = ([*AREAS], [area for area in AREAS for _twice in range(2)])


class InstrumentProblem(Exception):
    """What is wrong with an instrument, and what it should be. Nothing was written."""


@transaction.atomic
def load(file: Path) -> dict[str, str]:
    """Take over the instruments of a file; returns "created" or "unchanged" for each, by name and version."""
    records = _read(file)
    done = {}
    for fields in (record["fields"] for record in records if record["model"] == "assessments.assessment"):
        key = [fields["slug"], fields["version"]]
        name = f"{fields['slug']}, version {fields['version']}"
        items = [
            record["fields"]
            for record in records
            if record["model"] == "assessments.item" and record["fields"].get("assessment") == key
        ]
        items = [{field: value for field, value in item.items() if field != "assessment"} for item in items]
        check(name, items)
        done[name] = _store(name, fields, items)
    if not done:
        raise InstrumentProblem(f"{file.name}: there is no assessments.assessment in it.")
    return done


def check(name: str, items: list[dict[str, Any]]) -> None:
    """Raise InstrumentProblem unless the areas are balanced and in turn, the places follow each other, and no text is twice."""
    if not items:
        raise InstrumentProblem(f"{name} has no items.")
    for item in items:
        if not str(item.get("text_en") or "").strip():
            raise InstrumentProblem(f"{name}, item {item.get('order')}: the text is missing.")
        if item.get("area") not in AREAS:
            raise InstrumentProblem(
                f"{name}, item {item.get('order')}: “{item.get('area')}” is none of {', '.join(AREAS)}."
            )
    places = [item.get("order") for item in items]
    if places != list(range(1, len(items) + 1)):
        raise InstrumentProblem(f"{name}: the items must be in the order 1 to {len(items)}, each place once.")
    counts = Counter(item["area"] for item in items)
    if len(set(counts.values())) != 1 or len(counts) != len(AREAS):
        found = ", ".join(f"{area} {counts[area]}" for area in AREAS)
        raise InstrumentProblem(f"{name}: every area needs the same number of items. It has {found}.")
    areas = [item["area"] for item in items]
    if not any(areas == (order * len(items))[: len(items)] for order in ORDERS):
        raise InstrumentProblem(
            f"{name}: the areas must take turns as RIASEC or RRIIAASSEECC, from the first item to the last."
        )
    texts = Counter(" ".join(item["text_en"].casefold().split()) for item in items)
    twice = [text for text, count in texts.items() if count > 1]
    if twice:
        raise InstrumentProblem(f"{name}: “{twice[0]}” is there twice.")


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        records = json.loads(file.read_text())
        if all(isinstance(record["model"], str) and isinstance(record["fields"], dict) for record in records):
            return records
    except FileNotFoundError:
        raise InstrumentProblem(f"{file}: there is no such file.") from None
    except (ValueError, KeyError, TypeError):
        pass
    raise InstrumentProblem(f"{file.name} is not a fixture: a JSON list of records with “model” and “fields”.")


def _store(name: str, fields: dict[str, Any], items: list[dict[str, Any]]) -> str:
    existing = Assessment.objects.filter(slug=fields["slug"], version=fields["version"]).first()
    if existing is None:
        assessment = Assessment.objects.create(**fields)
        Item.objects.bulk_create(Item(assessment=assessment, **item) for item in items)
        return "created"
    stored = existing.items.order_by("order").values("order", "area", "text_en", "text_es")
    new = [
        {"order": i["order"], "area": i["area"], "text_en": i["text_en"], "text_es": i.get("text_es")} for i in items
    ]
    if list(stored) != new:
        raise InstrumentProblem(
            f"{name} is published with other items. Results rest on them: give the changed instrument the next version number."
        )
    return "unchanged"
