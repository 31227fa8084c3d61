import json
from dataclasses import asdict
from itertools import chain

from django.core.management.base import BaseCommand, CommandError

from assessments.models import Item
from clusters.copy_style import Kind, Text, check, grade_of
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


class Command(BaseCommand):
    help = "Checks every English text that students read against docs/reference/copy-style.md."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print the findings as JSON.")

    def handle(self, *, as_json, **options):
        texts = list(all_texts())
        findings = list(check(texts, EXCEPTIONS))
        if as_json:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
        else:
            for finding in findings:
                self.stdout.write(str(finding))
        if findings:
            raise CommandError(f"{len(findings)} findings in {len(texts):,} texts.")
        if not as_json:
            grades = [grade for text in texts if (grade := grade_of(text)) is not None]
            mean = sum(grades) / len(grades) if grades else 0
            self.stdout.write(f"{len(texts):,} texts, no findings. Reading level: grade {mean:.1f} on average.")
