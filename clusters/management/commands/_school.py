"""What the commands about one school have in common."""

from django.core.management.base import CommandError

from schools.models import School

MOST_NAMED = 20


def find_school(slug: str) -> School:
    """The school with this address. Raises CommandError that names the schools there are."""
    school = School.objects.filter(slug=slug).first()
    if school:
        return school
    known = list(School.objects.order_by("slug").values_list("slug", flat=True)[: MOST_NAMED + 1])
    named = ", ".join(known[:MOST_NAMED]) + (", …" if len(known) > MOST_NAMED else "")
    raise CommandError(f"There is no school “{slug}”. The schools are: {named or 'none yet; add one in the admin'}.")
