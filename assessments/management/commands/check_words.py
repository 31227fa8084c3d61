from itertools import chain

from assessments.models import Item
from clusters.copy_style import Kind, Text, check
from clusters.management.commands._check import CheckCommand
from clusters.texts import content_texts

ITEM = Kind("activity", 14, verb_first=True)
# What a rule finds and a person kept, with the reason: (rule, place) -> why.
EXCEPTIONS: dict[tuple[str, str], str] = {}


def all_texts():
    """The texts of clusters, pathways, programs, occupations and assessments."""
    items = Item.objects.select_related("assessment").order_by("assessment__slug", "order")
    # The short assessment asks some of the same activities as the long one.
    by_words = {item.text_en: item for item in items}
    activities = (Text(f"{item.assessment.slug}, {item.order}", ITEM, text) for text, item in by_words.items())
    return chain(content_texts(), activities)


class Command(CheckCommand):
    help = "Checks every English text that students read against docs/reference/copy-style.md."

    def handle(self, *, as_json, **options):
        texts = list(all_texts())
        findings = list(check(texts, EXCEPTIONS))
        grades = [text.grade for text in texts if text.grade is not None]
        mean = f", grade {sum(grades) / len(grades):.1f} on average" if grades else ""
        self.report(findings, checked=f"texts: {len(texts):,}{mean}", as_json=as_json)
