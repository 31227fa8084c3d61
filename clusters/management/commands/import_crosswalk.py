from clusters.importers.crosswalk import import_crosswalk
from clusters.management.commands._import import ImportCommand, progress


class Command(ImportCommand):
    help = "Takes over which occupation is on which pathway, or the SOC codes of occupations."
    path_name = "FILE"
    path_help = "All_Career_Clusters.csv of O*NET OnLine, or onetsoc2019_to_soc2018.csv."

    def take_over(self, path, report):
        import_crosswalk(path, report, progress)
