"""The pages that are the same for everybody, and the parameters that each of them reads from its address."""

from functools import lru_cache
from urllib.parse import parse_qsl

from django.urls import Resolver404, resolve

from clusters.forms import OccupationFilterForm, ProgramFilterForm

# By URL name. A parameter that a page reads and that is not listed is answered, but not kept (tests/test_pagecache.py finds it).
PARAMETERS: dict[str, frozenset[str]] = {
    "home": frozenset(),
    "about": frozenset(),
    "data_sources": frozenset(),
    "privacy": frozenset(),
    "accessibility": frozenset(),
    "robots": frozenset(),
    "sitemap": frozenset(["p"]),
    "clusters:cluster_list": frozenset(),
    "clusters:cluster_detail": frozenset(),
    "clusters:pathway_detail": frozenset(["sort"]),
    "clusters:occupation_list": frozenset([*OccupationFilterForm.base_fields, "page"]),
    "clusters:occupation_detail": frozenset(),
    "clusters:program_list": frozenset([*ProgramFilterForm.base_fields, "page"]),
    "clusters:program_detail": frozenset(),
    "clusters:school_list": frozenset(["page"]),
    "clusters:school_detail": frozenset(["page"]),
    "clusters:open_data": frozenset(),
    "clusters:compare": frozenset(["o"]),
    "clusters:search": frozenset(["q"]),
}


def is_public(path: str, query: str) -> bool:
    """Whether an address is that of a public page, with no parameter but those that the page reads."""
    declared = _declared(path)
    return declared is not None and all(name in declared for name, _value in parse_qsl(query, keep_blank_values=True))


# Style sheets and pages of the admin pass here with each request; looking for their view takes longer than a kept page.
@lru_cache(maxsize=1024)
def _declared(path: str) -> frozenset[str] | None:
    try:
        return PARAMETERS.get(resolve(path).view_name)
    except Resolver404:
        return None
