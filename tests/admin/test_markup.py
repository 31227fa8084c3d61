"""Whatever staff type is shown as text, on every page that shows it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse

from clusters import models as content
from clusters import program_checks, search
from schools.models import AuditEntry, School, SignInThrottle, User
from tests.admin.forms import MODELS, change_page, first, form_data, make_content, pages_of
from tests.admin.markup import MARKUP
from tests.factories import make_program as make_whole_program

pytestmark = [pytest.mark.django_db, pytest.mark.once]

EVERYTHING = "\n".join(MARKUP)
# The same words on the same lines, without a sign that means anything to a browser or a template.
HARMLESS = re.sub(r"[^\w\s]", "x", EVERYTHING)
ADDRESSES = {"href", "src", "action", "formaction"}


class Skeleton(HTMLParser):
    """The elements of a page with the names of their attributes, and what a click or the browser itself would run."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[tuple[str, ...]] = []
        self.run: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, *sorted(name for name, _value in attributes)))
        for name, value in attributes:
            scheme = re.sub(r"[\s\0]", "", value or "").lower().partition(":")[0]
            if name.startswith("on") or (name in ADDRESSES and scheme in ("javascript", "vbscript", "data")):
                self.run.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag):
        self.elements.append(("/", tag))


def texts_of(model: type[models.Model]) -> Iterator[models.Field]:
    """The columns of a model that hold whatever somebody typed."""
    for column in model._meta.concrete_fields:
        free = isinstance(column, models.CharField | models.TextField) and not column.choices
        bound = isinstance(column, models.SlugField | models.URLField | models.EmailField | models.JSONField)
        if free and not bound and column.editable and column.name not in ("code", "password", "username"):
            yield column


def edited_models() -> list[type[models.Model]]:
    # What is derived says what the others say; the audit log refuses to be changed.
    left_out = {content.SearchEntry, content.ContentVersion, AuditEntry, SignInThrottle}
    found = [model for app in ("schools", "clusters") for model in apps.get_app_config(app).get_models()]
    return [model for model in found if model not in left_out]


def write_everywhere(text: str) -> None:
    """Put the text into every field of a row of each model. SQLite takes more of it than a form would."""
    for model in edited_models():
        names = [column.name for column in texts_of(model)]
        row = model._base_manager.order_by("pk").last()
        if names and row:
            model._base_manager.filter(pk=row.pk).update(**dict.fromkeys(names, text))
    search.rebuild()
    content.ContentVersion.bump()


@pytest.fixture
def shown(client, monkeypatch):
    """``shown(text)`` gives every page that shows what staff type, with this text in all fields."""
    # How hard a text is to read depends on its signs, and would be said of one of the two only.
    monkeypatch.delitem(program_checks.RULES, "reading level")
    make_content([1])
    program = make_whole_program(
        first(content.Pathway), 7, school=first(School), occupations=[first(content.Occupation)],
        based_on=first(content.Program), local_demand="Asked.", contact_name="Ms. Rivera",
    )  # fmt: skip
    content.SchoolNote.objects.get_or_create(
        school=first(School), pathway=first(content.Pathway), defaults={"text": "Ask.", "first_program": program}
    )
    client.force_login(User.objects.create(username="ada", is_staff=True, is_superuser=True))
    rows = [row for model in MODELS if (row := model._default_manager.order_by("pk").last())]
    public = [row.get_absolute_url() for row in (*rows, program) if hasattr(row, "get_absolute_url")]
    lists = [reverse(f"clusters:{name}_list") for name in ("cluster", "program", "occupation", "school")]
    searches = [
        reverse("clusters:search") + "?q=xss",
        f"{reverse('clusters:compare')}?o={first(content.Occupation).code}",
    ]
    edited = {address for row in (*rows, program) for address in pages_of(row)}
    addresses = [*public, *lists, *searches, *sorted(edited), reverse("admin:index")]

    def pages_with(text):
        write_everywhere(text)
        answers = {address: client.get(address, follow=True) for address in addresses}
        assert {address: answer.status_code for address, answer in answers.items() if answer.status_code != 200} == {}
        return {address: answer.content.decode() for address, answer in answers.items()}

    return pages_with


def test_there_are_a_hundred_ways_to_try():
    assert len(set(MARKUP)) >= 100
    assert all("xss" in text for text in MARKUP)
    assert len(HARMLESS.splitlines()) == len(EVERYTHING.splitlines())


def test_markup_in_any_field_is_text_on_every_page(shown):
    harmless = {address: Skeleton(html) for address, html in shown(HARMLESS).items()}
    with_markup = shown(EVERYTHING)
    showing = [address for address, html in with_markup.items() if "&lt;script" in html]
    assert len(showing) > len(with_markup) / 2, "hardly a page shows what was typed: the test looks at the wrong ones"
    for address, html in with_markup.items():
        skeleton = Skeleton(html)
        assert skeleton.run == [], address
        assert skeleton.elements == harmless[address].elements, address


def test_the_comparison_sees_markup_that_is_not_escaped():
    frame = '<p title="{0}">{0}</p><script type="application/ld+json">"{0}"</script>'
    plain = Skeleton(frame.format("x")).elements
    # Those that need no element or attribute of their own to do harm are for the check of addresses.
    harmful = [text for text in MARKUP if re.match(r"[\"'>]*<[a-z/!]", text, re.IGNORECASE)]
    assert len(harmful) > 60
    assert [text for text in harmful if Skeleton(frame.format(text)).elements == plain] == []
    assert Skeleton('<a href=" java\nscript:xss()">x</a>').run


@pytest.mark.parametrize("address", ["javascript:xss()", "data:text/html,<script>xss()</script>"])
def test_an_address_leads_to_a_web_page(client, address):
    make_content([1])
    client.force_login(User.objects.create(username="ada", is_staff=True, is_superuser=True))
    school = first(School)
    data = form_data(client.get(change_page(school)))
    assert b"Enter a valid URL." in client.post(change_page(school), data | {"website": address}).content
    school.refresh_from_db()
    assert school.website == ""
