"""Every URL name of the site with an example address, so that a test of all pages cannot forget a new one."""

from django.urls import URLPattern, URLResolver, get_resolver, reverse

# Arguments that fit the rows of factories.make_site and the real content alike are not to be had: one set for each.
MADE_UP = {
    "cluster": "cluster-1",
    "pathway": "pathway-1",
    "occupation": "29-1110.00",
    "program": "school-1-1-1",
    "school": "school-1",
}
REAL = {
    "cluster": "information-technology",
    "pathway": "network-systems",
    "occupation": "29-1141.00",
    "program": "nursing-and-patient-care",
    "school": "lincoln",
}

NOT_HTML = {"healthz", "readyz", "robots", "sitemap"} | {
    f"clusters:{name}" for name in ("programs_csv", "programs_json", "clusters_json", "occupations_csv")
}
# They only take what a form sends, and answer with another page.
ONLY_SENT_TO = {"assessments:result_put_aside", "assessments:result_code"}
# They are private to one browser; tests/assessments covers what the public pages share.
PRIVATE = {
    "assessments:assessment_start",
    "assessments:assessment_page",
    "assessments:result_detail",
    "assessments:result_resume",
    "assessments:result_done",
}


def addresses(example: dict[str, str]) -> dict[str, str]:
    """URL name -> address of an example page, for all names but the admin's."""
    arguments = {
        "clusters:cluster_detail": [example["cluster"]],
        "clusters:pathway_detail": [example["cluster"], example["pathway"]],
        "clusters:occupation_detail": [example["occupation"]],
        "clusters:program_detail": [example["program"]],
        "clusters:school_detail": [example["school"]],
        "assessments:assessment_page": ["interests-60", 1],
    }
    queries = {"clusters:search": "?q=title", "clusters:compare": f"?o={example['occupation']}"}
    return {name: reverse(name, args=arguments.get(name)) + queries.get(name, "") for name in _names(get_resolver())}


def _names(resolver: URLResolver, namespace: str = "") -> list[str]:
    names = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            names.append(namespace + entry.name)
        elif entry.namespace != "admin":
            names += _names(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
    return names
