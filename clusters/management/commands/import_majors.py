from clusters.importers.nces import import_majors
from clusters.management.commands._import import ImportCommand, progress


class Command(ImportCommand):
    help = "Takes over the list of majors (CIP 2020), or which occupations they lead to."
    path_name = "FILE"
    path_help = "CIPCode2020.csv, then CIP2020_SOC2018_Crosswalk.csv."

    def take_over(self, path, report):
        import_majors(path, report, progress)
