from clusters.importers import fixtures
from clusters.management.commands._import import ImportCommand, progress


class Command(ImportCommand):
    help = "Loads the reference data of fixtures/. It can be run again at any time; what was edited here stays."

    def take_over(self, path, report):
        fixtures.load(report, progress=progress)
