"""What fits a student, in words and as rows of lists.

The rows are drawn here and not in a template for the reason that lists of occupations are (components.py).
What a row says to every student is drawn once for each occupation.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.matching import tier
from careers.templatetags.components import pay

register = template.Library()

# A thousand occupations, each as a row and as what is put aside with it.
_once_for_each = lru_cache(maxsize=4096)


@register.filter
def fit_words(fit: float) -> str:
    """A fit in words."""
    return _words_of(tier(fit))


def _words_of(step: str) -> str:
    return {
        "best": _("Best fit"),
        "great": _("Great fit"),
        "good": _("Some fit"),
        "other": _("Little in common"),
    }[step]


def _words_and_number(fit: float) -> str:
    return _drawn_fit(tier(fit), round(fit, 2), get_language())


# From -1.00 to 1.00.
@lru_cache(maxsize=512)
def _drawn_fit(step: str, hundredths: float, language: str) -> str:
    return format_html('{} <span class="quiet">{}</span>', _words_of(step), _hundredths(hundredths))


@register.simple_tag
def cluster_fit_rows(clusters: Iterable[dict[str, Any]]) -> str:
    """Clusters with their fit, as rows of a table."""
    return format_html_join(
        "",
        '<tr><th scope="row"><a href="{}">{}</a></th><td>{}</td></tr>',
        ((cluster["url"], cluster["title"], _words_and_number(cluster["fit"])) for cluster in clusters),
    )


@register.simple_tag
def fit_items(rows: Iterable[dict[str, Any]]) -> str:
    """Occupations with their fit, as items of a short list."""
    return format_html_join(
        "",
        '<li><a href="{}">{}</a> <span class="jobs__pay">{}</span></li>',
        ((row["url"], row["title"], _hundredths(row["fit"])) for row in rows),
    )


def _hundredths(fit: float) -> str:
    return floatformat(fit, 2).replace("-", "−")


@register.simple_tag
def occupation_fit_rows(rows: Iterable[dict[str, Any]]) -> str:
    """Occupations with their fit, as items of a list, each with a button that puts it aside."""
    language = get_language()
    drawn = []
    for row in rows:
        before, after = _around_fit(
            row["code"], row["url"], row["title"], row["summary"], row["zone"], pay(row), language
        )
        drawn.append(f"{before}{_words_and_number(row['fit'])}{after}")
    return mark_safe("\n".join(drawn))  # noqa: S308 (each part is escaped)


@_once_for_each
def _around_fit(code, url, title, summary, zone, pay, language) -> tuple[str, str]:
    before = format_html(
        '<li class="occupation-row occupation-row--fit"><div class="occupation-row__title"><a href="{}">{}</a>{}</div>'
        "<dl><div><dt>{}</dt><dd>",
        url,
        title,
        format_html("<p>{}</p>", summary) if summary else "",
        _("Fit"),
    )
    after = format_html(
        "</dd></div><div><dt>{}</dt><dd>{}</dd></div><div><dt>{}</dt><dd>{}</dd></div></dl>{}</li>",
        _("Pay a year"),
        pay,
        _("Preparation"),
        f"{zone.value} {_('of 5')}" if zone else _("not rated"),
        _put_aside(code, title, language),
    )
    return before, after


@register.simple_tag
def put_aside(what: str, name: str) -> str:
    """The button that puts a cluster (by slug) or an occupation (by code) aside."""
    return _put_aside(what, name, get_language())


@_once_for_each
def _put_aside(what: str, name: str, language: str) -> str:
    return format_html(
        '<form class="inline-form no-print" method="post" action="{}"><input type="hidden" name="what" value="{}">'
        '<button class="button--link" type="submit" name="aside" value="yes">{}'
        '<span class="visually-hidden">: {}</span></button></form>',
        reverse("assessments:result_put_aside"),
        what,
        _("Not for me"),
        name,
    )
