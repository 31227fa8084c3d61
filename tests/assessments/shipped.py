"""The profiles of the fixtures, without a database."""

import gzip
import json
from functools import cache

from django.conf import settings

from assessments.matching import Profiles, build_profiles
from clusters.choices import InterestArea


@cache
def shipped_profiles() -> Profiles:
    """All occupations with interests, and the clusters by their numbers."""
    occupations = [
        (fields["code"], [fields[area] for area in InterestArea.values])
        for fields in _fields("occupations.json.gz")
        if fields.get("realistic")
    ]
    clusters: dict[int, list[str]] = {}
    for fields in _fields("pathway_occupations.json"):
        _framework, cluster, _pathway = fields["pathway"]
        clusters.setdefault(cluster, []).append(fields["occupation"][0])
    return build_profiles(occupations, sorted(clusters.items()))


def _fields(name: str) -> list[dict]:
    data = (settings.BASE_DIR / "fixtures" / name).read_bytes()
    return [row["fields"] for row in json.loads(gzip.decompress(data) if name.endswith(".gz") else data)]
