"""``python -m careers.supply.licences`` writes docs/reference/licences.md: under which licence each part of a site is."""

from collections import Counter

from careers.supply.parts import ROOT, Package, data_sources, packages

FILE = ROOT / "docs" / "reference" / "licences.md"
HEAD = """# Licences of what a site is made of

Made by `make licences` from `requirements.txt`, the installed packages and `fixtures/sources.json`; a test fails when it is out
of date. `make sbom` prints the same for programs (CycloneDX), with versions and digests.

## Our own

Code, texts, style sheets, scripts and all pictures (`static/img/`: the signs of `icons.svg`, `favicon.svg`, `contours.svg`) were
made for this project and are under the MIT licence (`LICENSE`). There is no font and no script of anybody else.
"""


def text() -> str:
    """The whole file."""
    return "\n".join([HEAD, *_packages(packages()), "", *_data(), ""])


def _packages(found: list[Package]) -> list[str]:
    lines = [
        "## Python packages",
        "",
        "Installed beside the site from PyPI, unchanged; none is in this repository.",
        "",
        "| package | licence | what it is |",
        "|---|---|---|",
        *(f"| {package.name} | {package.licence} | {package.summary.rstrip('.')} |" for package in found),
        "",
        "## What is inside of them",
        "",
    ]
    for package in found:
        if package.carried_along:
            parts = "; ".join(f"{project} ({licence})" for project, licence in package.carried_along)
            lines.append(f"- The wheel of {package.name} for Linux carries along: {parts}.")
        if package.compiled_in:
            counts = Counter(licence for _name, _version, licence in package.compiled_in)
            parts = "; ".join(f"{licence} ({count})" for licence, count in sorted(counts.items()))
            lines.append(f"- {package.name} has {len(package.compiled_in)} crates of Rust compiled in: {parts}.")
    return lines


def _data() -> list[str]:
    return [
        "## Data",
        "",
        "As shipped in `fixtures/`, whose `README.md` says which file has what from where.",
        "",
        "| source | release | publisher | licence |",
        "|---|---|---|---|",
        *(
            f"| {source['title']} | {source['release']} | {source['publisher']} | {source['licence']} |"
            for source in data_sources()
        ),
    ]


if __name__ == "__main__":
    FILE.write_text(text())
