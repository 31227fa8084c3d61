"""Small parts of pages: signs, numbers for people, and the mark that leads from a number to its source."""

import json
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from clusters.choices import Experience

register = template.Library()

# As JSON writes them where nothing may end the element, or the line of a script.
_ESCAPED_IN_JSON = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, css_class: str = ""):
    """A sign of static/img/icons.svg. It is decoration: the words beside it say the same."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false" viewBox="0 0 48 48"><use href="{}#{}"></use></svg>',
        css_class,
        static("img/icons.svg"),
        name,
    )


# Kept for the items of a few assessments, with each of their answers. Ten of them with fifty buttons took half the time of their
# page in a template.
@register.simple_tag
@lru_cache(maxsize=1024)
def answer_fields(name: str, text: str, answers: tuple[tuple[int, str], ...], chosen: str | None, error: str):
    """An item with a radio button for each answer (value and label), and with what is wrong where something is."""
    return format_html(
        '<fieldset class="item{}"{}><legend>{}</legend>{}<div class="item__answers">{}</div></fieldset>',
        " item--error" if error else "",
        format_html(' aria-describedby="{}-error"', name) if error else "",
        text,
        format_html('<p class="field__error" id="{}-error">{}</p>', name, error) if error else "",
        format_html_join(
            "",
            '<label class="answer" for="{0}-{1}"><input type="radio" id="{0}-{1}" name="{0}" value="{1}"{2}>'
            "<span>{3}</span></label>",
            [(name, value, " checked" if str(value) == chosen else "", label) for value, label in answers],
        ),
    )


@register.simple_tag
def link_items(rows: Iterable[Any]) -> str:
    """Whatever has a title and an address, as items of a list."""
    return format_html_join("", '<li><a href="{}">{}</a></li>', ((row.url, row.title) for row in rows))


@register.simple_tag
def options(choices: Iterable[tuple[Any, str]], chosen: Any) -> str:
    """The options of a select: pairs of value and label."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, mark_safe(" selected") if value == chosen else "", label) for value, label in choices),
    )


@register.filter
def dollars(amount: float | None) -> str:
    """The exact amount: $61,550 or, with cents, $24.80."""
    if amount is None:
        return ""
    return f"${amount:,.2f}" if isinstance(amount, float) else f"${amount:,}"


@register.filter
def about_dollars(amount: float | None) -> str:
    """The amount rounded for people: $62,000, or $24.80 where it is an hour's wage."""
    if amount is None or isinstance(amount, float):
        return dollars(amount)
    return f"${round(amount, -3):,}"


@register.filter
def pay(row: dict[str, Any]) -> str:
    """What an occupation pays: a year's median wage, an hour's where there is no other, or that none is published."""
    return _pay(row["wage_median"], row["wage_top_coded"], row["hourly_wage_median"])


def _pay(wage: int | None, top_coded: bool, hourly_wage: float | None) -> str:
    if wage is not None:
        amount = about_dollars(wage)
        return _("%(pay)s or more") % {"pay": amount} if top_coded else amount
    if hourly_wage is not None:
        return _("%(pay)s an hour") % {"pay": dollars(hourly_wage)}
    return format_html('<span class="quiet">{}</span>', _("not published"))


# --- Parts of pictures and tables ---------------------------------------------------------------------------------------


@register.simple_tag
def hexagon_labels(hexagon) -> str:
    """The names of the six areas around their hexagon, as SVG."""
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        ((corner.x, corner.y, corner.anchor, corner.area.label) for corner in hexagon.corners),
    )


@register.simple_tag
def hexagon_rows(hexagon, highest: int | None = None) -> str:
    """The six scores as rows of a table: whole ones of ``highest``, or else with one decimal."""
    of = highest and format_html(' <span class="quiet">{}</span>', _("of %(highest)s") % {"highest": highest})
    return format_html_join(
        "\n",
        '<tr><th scope="row">{} <span class="quiet">({})</span></th><td>{}{}</td></tr>',
        (
            (corner.area.verb, corner.area.label, corner.score if highest else _in_tenths(corner.score), of or "")
            for corner in hexagon.corners
        ),
    )


@register.simple_tag
def hexagon_terms(hexagon) -> str:
    """The six areas with their scores, each with what it means, for a list of terms."""
    return format_html_join(
        "",
        "<dt>{} ({}): {}</dt><dd>{}</dd>",
        ((corner.area.verb, corner.area.label, corner.score, corner.area.in_words) for corner in hexagon.corners),
    )


@register.filter
def in_words(hexagon) -> str:
    """The six areas with their scores, for who does not see the picture."""
    return ", ".join(f"{corner.area.label} {_in_tenths(corner.score)}" for corner in hexagon.corners)


@register.simple_tag
def meter_rows(skills: list[dict[str, Any]]) -> str:
    """Skills with their importance from 1 to 5, as rows of a table."""
    return format_html_join(
        "",
        '<tr><th scope="row">{0}</th><td><meter min="1" max="5" value="{1}" aria-label="{0}"></meter> {2}</td></tr>',
        ((skill["name"], skill["importance"], _in_tenths(skill["importance"])) for skill in skills),
    )


@register.simple_tag
def technology_chips(technologies: list[dict[str, Any]]) -> str:
    """Technologies by name; a sign marks those that employers often ask for."""
    often = format_html(' {}<span class="visually-hidden">{}</span>', icon("ui-bright"), _("asked for often"))
    return format_html_join(
        "",
        "<li{}>{}{}</li>",
        (
            (mark_safe(' class="chip--hot"'), technology["name"], often)
            if technology["hot"]
            else ("", technology["name"], "")
            for technology in technologies
        ),
    )


def _in_tenths(number: float) -> str:
    """With one decimal; 3.25 is 3.3, as people round and as the filter floatformat does."""
    return str(Decimal(repr(number)).quantize(Decimal("0.1"), ROUND_HALF_UP))


# --- Lists of occupations ----------------------------------------------------------------------------------------------
# Written here, because a page has a hundred of each: in a template they took most of its time. What says the same of an
# occupation on every page is made once for each of the thousand there are.

_once_for_each = lru_cache(maxsize=2048)


@register.simple_tag
def dots(plot) -> str:
    """The dots of a plot, each with its occupation."""
    language = get_language()
    drawn = (
        f"{_named_dot(dot.row['url'], dot.row['title'], dot.row['wage_median'], language)}<circle {dot.place}/></a>"
        for dot in plot.dots
    )
    return mark_safe("".join(drawn))  # noqa: S308 (made of what is escaped, and of numbers)


@_once_for_each
def _named_dot(url: str, title: str, wage: int, language: str) -> str:
    return format_html('<a href="{}" tabindex="-1"><title>{}: {}</title>', url, title, about_dollars(wage))


@register.simple_tag
def occupation_table_rows(rows: list[dict[str, Any]]) -> str:
    """The rows of a table of occupations."""
    language = get_language()
    shown = (
        "url", "title", "wage_median", "wage_top_coded", "hourly_wage_median", "job_zone", "annual_openings",
        "projected_change",
    )  # fmt: skip
    drawn = (_table_row(bool(row.get("editorial")), language, *[row[name] for name in shown]) for row in rows)
    return mark_safe("\n".join(drawn))  # noqa: S308 (each is escaped)


@_once_for_each
def _table_row(editorial, language, url, title, wage, top_coded, hourly_wage, zone, openings, change) -> str:
    none = '<span class="quiet">–<span class="visually-hidden">{}</span></span>'
    own_choice = ' <a class="editorial" href="#editorial">{}<span class="visually-hidden">{}</span></a>'
    return format_html(
        '<tr><th scope="row"><a href="{}">{}</a>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>',
        url,
        title,
        format_html(own_choice, icon("ui-editorial"), _("Our own choice")) if editorial else "",
        _pay(wage, top_coded, hourly_wage),
        zone or format_html(none, _("not rated")),
        format_html(none, _("not published")) if openings is None else about(openings),
        format_html(none, _("not published")) if change is None else signed_percent(change),
    )


@register.simple_tag
def job_rows(rows: list[dict[str, Any]], preparation: bool = False) -> str:
    """Occupations with their pay, and with the education that most start with where ``preparation`` is asked for."""
    return format_html_join(
        "",
        '<li><a href="{}">{}</a>{} <span class="jobs__pay">{}{}</span></li>',
        (
            (
                row["url"],
                row["title"],
                format_html(" {}", icon("ui-editorial")) if row.get("editorial") else "",
                _preparation(row) if preparation and row["education"] else "",
                pay(row),
            )
            for row in rows
        ),
    )


def _preparation(row: dict[str, Any]) -> str:
    asks_for_more = row["experience"] and row["experience"] != Experience.NONE
    return f"{row['education'].label}{' ' + _('and experience') if asks_for_more else ''}, "


@register.filter
def thousands(amount: int) -> str:
    """Dollars on the axis of a plot: $40k."""
    return f"${amount // 1000}k" if amount else "$0"


@register.filter
def about(count: int | None) -> str:
    """A count rounded to two leading digits: 3,282,000 becomes 3,300,000."""
    if count is None:
        return ""
    return f"{round(count, 2 - len(str(abs(count)))) if abs(count) >= 100 else count:,}"


@register.filter
def signed_percent(value: float | None) -> str:
    """A change with its sign and a true minus: +4.9%, −2.0%."""
    if value is None:
        return ""
    return f"{value:+.1f}%".replace("-", "−")


@register.filter
def trimmed(number: Decimal) -> str:
    """A decimal without the zeros at its end: 1, 0.5, 0.25."""
    return f"{number.normalize():f}"


@register.filter
def lines(text: str) -> list[str]:
    """The lines of a text that have something on them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@register.filter
def occupations(count: int) -> str:
    """The count with its noun: "1 occupation", "14 occupations"."""
    return ngettext("%(count)s occupation", "%(count)s occupations", count) % {"count": f"{count:,}"}


@register.simple_tag
def source_mark(source):
    """A small mark beside a number, which leads to the number's source at the foot of the page."""
    # A page without the fact has no source for it either.
    return _source_mark(source.slug, str(source), get_language()) if source else ""


@lru_cache(maxsize=256)
def _source_mark(slug: str, name: str, language: str) -> str:
    return format_html(
        '<a class="source-mark" href="#source-{}"><span class="visually-hidden">{}</span></a>',
        slug,
        _("Source: %(source)s") % {"source": name},
    )


@register.inclusion_tag("components/sources.html")
def source_list(sources):
    """The foot of a page: every source behind its numbers, once, where the marks lead to."""
    language = get_language()
    return {
        "sources": [
            _source(
                source.slug,
                source.title,
                source.release,
                source.publisher,
                source.released_on,
                source.used_for,
                language,
            )
            for source in dict.fromkeys((sources or {}).values())
            # A fact that is missing has no source.
            if source
        ]
    }


@lru_cache(maxsize=256)
def _source(slug, title, release, publisher, released_on, used_for, language) -> str:
    return format_html(
        '<li id="source-{}"><strong>{}</strong>, {} ({}, {}). {}.</li>',
        slug,
        title,
        release,
        publisher,
        date_format(released_on, "F Y"),
        used_for,
    )


@register.simple_tag
def json_ld(data: dict) -> str:
    """The facts of the page for search engines. A block of data is not a script: no browser runs it, no policy forbids it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED_IN_JSON)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 (nothing in it can end the element)
