from clusters.importers.onet import import_onet
from clusters.management.commands._import import ImportCommand, progress


class Command(ImportCommand):
    help = "Takes over a release of the O*NET database: occupations, interests, skills, technology, job titles."
    path_name = "DIR"
    path_help = "The folder of the release, such as db_29_3_excel. It may have only some of the tables."

    def take_over(self, path, report):
        import_onet(path, report, progress)
