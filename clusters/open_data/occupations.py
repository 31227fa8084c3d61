"""Occupations as open data: codes, preparation, pay, outlook and interests, each group of figures with its release."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clusters.choices import InterestArea
from clusters.models import Occupation
from clusters.models.occupation import PERCENTILES
from clusters.open_data.base import CHUNK, CsvFile, Field


def _column(name, meaning):
    """A column that holds the field of that name as it is."""
    return Field(name, meaning, lambda occupation, reading: getattr(occupation, name))


def _release(name, meaning):
    return Field(name, meaning, lambda occupation, reading: reading.named(getattr(occupation, f"{name}_id")))


def _wage_columns():
    names = {
        "p10": _("10th percentile"),
        "p25": _("25th percentile"),
        "median": _("Median"),
        "p75": _("75th percentile"),
        "p90": _("90th percentile"),
    }
    for prefix, unit in (("wage", _("in dollars a year")), ("hourly_wage", _("in dollars an hour"))):
        for percentile in PERCENTILES:
            yield _column(f"{prefix}_{percentile}", format_lazy("{} {}", names[percentile], unit))


def _fields():
    return (
        _column("code", _("O*NET-SOC 2019 code.")),
        _column("title", _("Title in O*NET-SOC 2019.")),
        _column("friendly_title", _("What people call it.")),
        _column("summary", _("What one would do, in a sentence of this site.")),
        Field("url", _("Its page on this site."), lambda occupation, reading: reading.address(occupation)),
        _column("soc_code", _("SOC 2018 code of the wider group that pay and outlook are published for.")),
        _column("soc_title", _("Title of that group.")),
        _column("job_zone", _("How much preparation it takes, from 1 to 5.")),
        _release("source", _("Release of the codes, the titles and the job zone.")),
        *_wage_columns(),
        _column("wage_top_coded", _("Whether the highest figures are only known to be “at least” so much.")),
        _release("wages_source", _("Release of the pay.")),
        _column("employment", _("Jobs at the start of the projection.")),
        _column("projected_employment", _("Jobs ten years later.")),
        _column("projected_change", _("Change of the number of jobs, in percent over ten years.")),
        _column("annual_openings", _("Openings a year: new jobs, and people who leave.")),
        _column("entry_education", _("Typical education at entry.")),
        _column("experience", _("Experience in a related job that employers ask for.")),
        _column("training", _("Training on the job.")),
        _release("outlook_source", _("Release of jobs, change, openings, education, experience and training.")),
        *(_column(area, _("Interest score, from 1 to 7.")) for area in InterestArea.values),
        _release("interests_source", _("Release of the interest scores.")),
    )


def _occupations():
    return Occupation.objects.current().defer("shipped").order_by("code").iterator(chunk_size=CHUNK)


OCCUPATIONS_CSV = CsvFile(
    name="occupations.csv",
    about=_("A line for each occupation, with its codes, pay, outlook, preparation and interests."),
    fields=_fields(),
    rows=_occupations,
)
