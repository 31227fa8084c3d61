"""Rows as a release brings them, and the forms that edit them as a browser fills them in."""

from decimal import Decimal

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from clusters import models as content
from clusters.models.base import ReferenceModel, plain
from schools.admin.merging import OPENED
from schools.models import Membership, School, User

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
REFERENCE_MODELS = [model for model in MODELS if issubclass(model, ReferenceModel)]
SUPERUSER_REQUEST = RequestFactory().get("/")
SUPERUSER_REQUEST.user = User(is_superuser=True, is_staff=True, is_active=True)
EDITABLE_MODELS = [model for model in MODELS if admin.site._registry[model].has_add_permission(SUPERUSER_REQUEST)]
BUDGET = {"list": 12, "form": 25}

each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
each_editable_model = pytest.mark.parametrize("model", EDITABLE_MODELS, ids=lambda model: model.__name__)
each_reference_model = pytest.mark.parametrize("model", REFERENCE_MODELS, ids=lambda model: model.__name__)


def ship(model, **values):
    """A row as a release brings it: it remembers what was shipped."""
    row = model(**values, source=content.DataSource.objects.get())
    row.shipped = {name: plain(getattr(row, name)) for name in model.shipped_columns()}
    row.save()
    return row


def make_content(numbers):
    """For each number a row of every model; the links lead to the first cluster, pathway, occupation and major."""
    content.DataSource.objects.get_or_create(
        slug="release", title="Official release", publisher="Office", release="1.0", released_on="2025-05-01",
        licence="Public domain", used_for="Everything",
    )  # fmt: skip
    for n in numbers:
        framework = ship(content.Framework, code=f"edition-{n}", title=f"Edition {n}")
        ship(
            content.Cluster, framework=framework, number=n, slug=f"cluster-{n}", title_en=f"Cluster {n}",
            summary_en="As shipped.", you_might_like_en="One line.\nAnother line.", colour=160, icon="cluster-health",
        )  # fmt: skip
        pathway = ship(
            content.Pathway, cluster=first(content.Cluster), number=f"1.{n}", position=n, slug=f"pathway-{n}",
            title_en=f"Pathway {n}", summary_en="As shipped.", knowledge_and_skills_en="First\nSecond",
        )  # fmt: skip
        occupation = make_occupation(n)
        nurse = first(content.Occupation)
        ship(content.PathwayOccupation, pathway=pathway, occupation=occupation, basis="crosswalk")
        if n > 1:
            ship(content.PathwayOccupation, pathway=first(content.Pathway), occupation=occupation, basis="crosswalk")
            ship(content.RelatedOccupation, occupation=nurse, related=occupation, position=n)
        skill = ship(content.Skill, element_id=f"2.A.{n}", name_en=f"Reading {n}", kind="skill")
        ship(content.OccupationSkill, occupation=nurse, skill=skill, importance=4.12, level=3.5)
        technology = ship(content.Technology, name=f"Program {n}")
        ship(content.OccupationTechnology, occupation=nurse, technology=technology, position=n)
        ship(content.AlternateTitle, occupation=nurse, title=f"Registered nurse {n}", short_title="RN")
        ship(content.Major, code=f"51.380{n}", title=f"Nursing {n}")
        ship(content.MajorOccupation, major=first(content.Major), occupation=occupation)
        ship(content.Course, code=f"1400{n}", title=f"Health {n}", subject_area="14")
        make_program(n)
        User.objects.create(username=f"colleague-{n}")


def make_program(n):
    """A model program; the parts are the first one's, and so is the school's own catalog."""
    ship(
        content.Program,
        slug=f"program-{n}",
        pathway=first(content.Pathway),
        title_en=f"Nursing {n}",
        status="published",
    )
    program = first(content.Program)
    credential = ship(content.Credential, slug=f"card-{n}", name=f"Nurse card {n}", issuer=f"Board {n}", kind="card")
    course = content.Course.objects.get(code=f"1400{n}")
    major = content.Major.objects.get(code=f"51.380{n}")
    ship(
        content.CourseSlot, program=program, key=f"9-1400{n}", grade=9, course=course, title_en=f"Health {n}",
        kind="career-technical", stage=1, credits=Decimal("1.00"),
    )  # fmt: skip
    ship(content.ProgramOccupation, program=program, occupation=content.Occupation.objects.get(code=f"29-{n:04}.00"))
    ship(content.ProgramCredential, program=program, credential=credential, grade=9)
    ship(content.WorkBasedLearning, program=program, key=f"9-{n}", grade=9, kind="tour", description_en="Look.")
    ship(content.ProgramMajor, program=program, major=major, award="associate")
    School.objects.create(slug=f"nurse-school-{n}", name=f"Nurse school {n}")
    school = first(School)
    content.CatalogCourse.objects.create(school=school, number=f"N-{n}", title=f"Nursing {n}")
    before = content.CatalogCourse.objects.create(school=school, number=f"B-{n}", title=f"Before nursing {n}")
    first(content.CatalogCourse).prerequisites.add(before)
    pathway = content.Pathway.objects.get(number=f"1.{n}")
    content.SchoolNote.objects.create(school=school, pathway=pathway, text_en=f"Ask nurse {n}.")


def make_occupation(n):
    return ship(
        content.Occupation, code=f"29-{n:04}.00", title_en=f"Nurses {n}", soc_code=f"29-{n:04}", job_zone=3,
        wage_p10=30_000, wage_p25=40_000, wage_median=61_550, projected_change=-2.0,
        **dict.fromkeys(content.Occupation.INTERESTS, 3.67),
    )  # fmt: skip


def first(model):
    return model._default_manager.order_by("pk").first()


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def pages_of(row):
    """The pages of the admin about a row, and those about its model."""
    model = type(row)
    return [page(model, "changelist"), change_page(row), page(model, "history", row.pk)]


def change_page(row):
    return page(type(row), "change", row.pk)


def form_data(response):
    """What a browser would send if the form on this page was submitted untouched."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {OPENED: response.context.get("opened", "")}
    for field in (field for form in forms for field in form if not field.field.disabled):
        value = field.value()
        if value is not None and value is not False:
            data[field.html_name] = value.replace("\n", "\r\n") if isinstance(value, str) else value
    return data


def save(client, row, **changes):
    """Open the form of a row, type ``changes``, press save, and return the page that follows."""
    data = form_data(client.get(change_page(row))) | changes
    response = client.post(change_page(row), data, follow=True)
    row.refresh_from_db()
    return response


def sign_in(client, role, *schools):
    """The client, signed in as somebody with a role at each of the schools; without any, in the whole district."""
    user = User.objects.create(username=f"{role} {len(schools)}", is_staff=True)
    for school in schools or [None]:
        Membership.objects.create(user=user, school=school, role=role)
    client.force_login(user)
    return client


def stamp_of(asked):
    """What the page that asks before a step sends along: what it asked about, as it was."""
    return (asked.context and asked.context.get("stamp")) or ""


def messages(response):
    return " ".join(str(message) for message in response.context["messages"])
