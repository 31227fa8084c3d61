import logging

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.test import Client

from careers.urls import sitemaps

# Of each kind of page; all clusters, and enough of the others that the database has read its indexes.
EACH = 20


class Command(BaseCommand):
    help = (
        "Asks the public pages once, before visitors do: a page that does not come is named, and the command fails. "
        "The workers of the site keep pages of their own, which fill with the first visit of each."
    )

    def handle(self, **options):
        if connection.vendor == "postgresql":
            # After a large load it plans with old numbers until it looks by itself, a minute later.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        addresses = list(self._addresses())
        client = Client(SERVER_NAME=self._host(), raise_request_exception=False)
        # One line for each request is for those of visitors.
        logging.disable(logging.INFO)
        try:
            answers = {address: client.get(address, secure=True).status_code for address in addresses}
        finally:
            logging.disable(logging.NOTSET)
        if faults := [f"{address} answers {status}" for address, status in answers.items() if status != 200]:
            raise CommandError(f"Pages that do not come: {len(faults)}. {'; '.join(faults[:5])}.")
        self.stdout.write(f"{len(answers)} pages came as they should.")

    @staticmethod
    def _addresses():
        for section in sitemaps.values():
            sitemap = section()
            yield from (sitemap.location(item) for item in sitemap.items()[:EACH])

    @staticmethod
    def _host() -> str:
        """A name under which the site answers."""
        return next((name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"), "localhost")
