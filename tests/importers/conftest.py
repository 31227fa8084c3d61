import pytest
from django.core.management import call_command

from clusters.models import Cluster, Framework, Pathway
from tests.importers.releases import RELEASES


@pytest.fixture
def framework(db):
    """Two clusters and their pathways, as shipped."""
    edition = Framework.objects.create(code="ncc-16", title="Sixteen clusters", shipped={"title": "Sixteen clusters"})
    numbers = {8: ("Health Science", ["Therapeutic Services", "Support Services"])}
    numbers[11] = ("Information Technology", ["Programming & Software Development"])
    for number, (title, pathways) in numbers.items():
        cluster = Cluster.objects.create(
            framework=edition,
            number=number,
            slug=f"c{number}",
            title=title,
            colour=20,
            icon="cluster-health",
            shipped={"title_en": title},
        )
        for position, name in enumerate(pathways, start=1):
            Pathway.objects.create(
                cluster=cluster,
                number=f"{number}.{position}",
                position=position,
                slug=f"p{position}",
                title=name,
                shipped={"title_en": name},
            )
    return edition


@pytest.fixture
def imported(framework, tmp_path):
    """Import the good releases up to and including the one named; all of them without a name."""

    def run(last: str = ""):
        for release in RELEASES:
            call_command(release.command, release.write(tmp_path / "good" / release.name), verbosity=0)
            if release.name == last:
                break

    return run


@pytest.fixture
def before(imported):
    """Import the good releases up to the one named, without it."""

    def run(name: str):
        names = [release.name for release in RELEASES]
        if place := names.index(name):
            imported(names[place - 1])

    return run
