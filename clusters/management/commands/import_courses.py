from clusters.importers.nces import import_courses
from clusters.management.commands._import import ImportCommand, progress


class Command(ImportCommand):
    help = "Takes over the list of secondary-school courses (SCED)."
    path_name = "FILE"
    path_help = "The list of courses, with the version in its name, such as sced_v12.csv."

    def take_over(self, path, report):
        import_courses(path, report, progress)
