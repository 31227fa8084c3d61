"""Open data: what the public pages show, as files to take away. docs/reference/open-data.md describes them."""

from clusters.open_data.framework import CLUSTERS_JSON
from clusters.open_data.occupations import OCCUPATIONS_CSV
from clusters.open_data.programs import PROGRAMS_CSV, PROGRAMS_JSON

FILES = (PROGRAMS_CSV, PROGRAMS_JSON, CLUSTERS_JSON, OCCUPATIONS_CSV)

__all__ = ["CLUSTERS_JSON", "FILES", "OCCUPATIONS_CSV", "PROGRAMS_CSV", "PROGRAMS_JSON"]
