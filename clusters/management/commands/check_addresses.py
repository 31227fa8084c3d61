from clusters import addresses
from clusters.findings import Finding
from clusters.management.commands._check import CheckCommand
from clusters.management.commands._import import progress


class Command(CheckCommand):
    help = (
        "Asks every address on the pages, of schools, credentials and releases of data, whether it still answers. "
        "What does not is told to staff who edit or publish what shows it. Private addresses are never asked."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="Ask and report, and keep nothing of it.")

    def handle(self, *, as_json, dry_run, **options):
        # One after the other, so that no site is asked twice at the same moment.
        found = {url: addresses.problem_of(url) for url in progress(addresses.on_the_pages(), "addresses")}
        if not dry_run:
            addresses.store(found)
        findings = [Finding("address", url, problem) for url, problem in found.items() if problem]
        self.report(findings, checked=f"addresses: {len(found)}", as_json=as_json)
