from clusters.importers.bls import import_projections
from clusters.management.commands._import import ImportCommand, progress


class Command(ImportCommand):
    help = "Takes over the Employment Projections of the Bureau of Labor Statistics."
    path_name = "FILE"
    path_help = "The table of occupations, such as “Employment Projections.csv”."

    def take_over(self, path, report):
        import_projections(path, report, progress)
