from clusters.importers.bls import import_oews
from clusters.management.commands._import import ImportCommand, progress


class Command(ImportCommand):
    help = "Takes over the national wages of the Bureau of Labor Statistics (OEWS)."
    path_name = "FILE"
    path_help = "The national workbook, such as national_M2025_dl.xlsx."

    def take_over(self, path, report):
        import_oews(path, report, progress)
