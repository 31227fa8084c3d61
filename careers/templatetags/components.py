"""Small parts of pages: signs, numbers for people, and the mark that leads from a number to its source."""

import json
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

# As JSON writes them where nothing may end the element, or the line of a script.
_ESCAPED_IN_JSON = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@register.simple_tag
def icon(name: str, css_class: str = ""):
    """A sign of static/img/icons.svg. It is decoration: the words beside it say the same."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false" viewBox="0 0 48 48"><use href="{}#{}"></use></svg>',
        css_class,
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def answer_buttons(name: str, answers, chosen: str | None):
    """A radio button for each answer (value and label). Fifty of them in a template took half the time of their page."""
    return format_html_join(
        "",
        '<label class="answer" for="{0}-{1}"><input type="radio" id="{0}-{1}" name="{0}" value="{1}"{2}><span>{3}</span></label>',
        [(name, value, " checked" if str(value) == chosen else "", label) for value, label in answers],
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
    """What an occupation pays: a year's median wage, an hour's where there is no other, or that none is published.

    A filter, because lists show it a hundred times: a template included for each would take longer than all the rest of a row.
    """
    if row["wage_median"] is not None:
        amount = about_dollars(row["wage_median"])
        return _("%(pay)s or more") % {"pay": amount} if row["wage_top_coded"] else amount
    if row["hourly_wage_median"] is not None:
        return _("%(pay)s an hour") % {"pay": dollars(row["hourly_wage_median"])}
    return format_html('<span class="quiet">{}</span>', _("not published"))


@register.simple_tag
def dots(plot) -> str:
    """The dots of a plot, each with its occupation. Written here as the rows of a table are: there are a hundred of them."""
    return format_html_join(
        "",
        '<a href="{}" tabindex="-1"><title>{}: {}</title><circle {}/></a>',
        ((dot.row["url"], dot.row["title"], about_dollars(dot.row["wage_median"]), dot.place) for dot in plot.dots),
    )


@register.simple_tag
def occupation_table_rows(rows: list[dict[str, Any]]) -> str:
    """The rows of a table of occupations. A hundred of them in a template took a quarter of the time of their page."""
    none = '<span class="quiet">–<span class="visually-hidden">{}</span></span>'
    unrated, unpublished = format_html(none, _("not rated")), format_html(none, _("not published"))
    own_choice = format_html(
        ' <a class="editorial" href="#editorial">{}<span class="visually-hidden">{}</span></a>',
        icon("ui-editorial"),
        _("Our own choice"),
    )
    return format_html_join(
        "\n",
        '<tr><th scope="row"><a href="{}">{}</a>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>',
        (
            (
                row["url"],
                row["title"],
                own_choice if row["editorial"] else "",
                pay(row),
                row["job_zone"] or unrated,
                unpublished if row["annual_openings"] is None else about(row["annual_openings"]),
                unpublished if row["projected_change"] is None else signed_percent(row["projected_change"]),
            )
            for row in rows
        ),
    )


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
    if not source:
        return ""
    return format_html(
        '<a class="source-mark" href="#source-{}"><span class="visually-hidden">{}</span></a>',
        source.slug,
        _("Source: %(source)s") % {"source": source},
    )


@register.inclusion_tag("components/sources.html")
def source_list(sources):
    """The foot of a page: every source behind its numbers, once, where the marks lead to."""
    return {"sources": list(dict.fromkeys((sources or {}).values()))}


@register.simple_tag
def json_ld(data: dict) -> str:
    """The facts of the page for search engines. A block of data is not a script: no browser runs it, no policy forbids it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED_IN_JSON)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 (nothing in it can end the element)
