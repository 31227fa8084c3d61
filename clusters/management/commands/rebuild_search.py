from django.core.management.base import BaseCommand

from clusters import search


class Command(BaseCommand):
    help = (
        "Brings the search index in step with the content. Saving in the admin and importing do so by themselves; "
        "run this after an upgrade of snowballstemmer or after writing to the database by other means."
    )

    def handle(self, **options):
        self.stdout.write(f"{search.rebuild():,} names can be found.")
