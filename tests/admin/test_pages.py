"""What holds for every page of the admin, as it does for the public ones (tests/test_pages.py)."""

import pytest
from django.urls import reverse

from tests.admin.forms import EDITABLE_MODELS, MODELS, make_content, page, pages_of
from tests.test_pages import Outline

pytestmark = [pytest.mark.django_db, pytest.mark.once]

HEADERS = (
    "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
)  # fmt: skip


def test_pages_are_well_formed_and_kept_by_nobody(staff):
    make_content([1])
    rows = [row for model in MODELS if (row := model._default_manager.first())]
    addresses = {address for row in rows for address in pages_of(row)}
    addresses |= {page(model, "add") for model in EDITABLE_MODELS}
    addresses |= {reverse(f"admin:{name}") for name in ("index", "password_change", "second_factor")}
    protected = {name: staff.get("/").headers[name] for name in HEADERS}
    faults = {address: _faults(staff.get(address), protected) for address in sorted(addresses)}
    assert len(faults) > 60
    assert {address: found for address, found in faults.items() if found} == {}


def test_the_sign_in_page_is_no_exception(client):
    protected = {name: client.get("/").headers[name] for name in HEADERS}
    assert _faults(client.get(reverse("admin:login")), protected) == []


def _faults(answer, protected) -> list[str]:
    outline = Outline(answer.text)
    ids = [attrs["id"] for _tag, attrs in outline.tags if "id" in attrs]
    inline = [attrs for _tag, attrs in outline.tags if "style" in attrs or any(key.startswith("on") for key in attrs)]
    holds = {
        "an answer": answer.status_code == 200,
        "one h1": len(outline.all("h1")) == 1,
        "a language": outline.all("html")[0].get("lang", "").startswith("en"),
        "each id once": len(ids) == len(set(ids)),
        "no inline style or script": not inline and not outline.all("style"),
        "no script but files": all("src" in attrs for attrs in outline.all("script")),
        "the headers of the public pages": {name: answer.headers.get(name) for name in protected} == protected,
        "kept by nobody": "no-store" in answer.headers.get("Cache-Control", ""),
    }
    return [rule for rule, kept in holds.items() if not kept]
