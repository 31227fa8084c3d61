"""The filters of the lists. They read the query string; a value that makes no sense is named and left aside."""

from collections import defaultdict

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from clusters.choices import Education, Grade, InterestArea, JobZone, Outlook
from clusters.models import Cluster, Credential, Pathway
from schools.models import School


class FilterForm(forms.Form):
    """A form that only narrows a list: sent by its address, and drawn open once something was asked for."""

    button = ""

    def __init__(self, data):
        super().__init__(data)
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.form_class = "filters"
        # What is wrong is said by the page, in one place and with its words, not by the browser.
        self.helper.attrs = {"novalidate": True}
        self.helper.add_input(Submit("", self.button))

    @property
    def has_filters(self) -> bool:
        """Whether any filter was asked for, so that the page shows the form open."""
        return any(self.data.getlist(name) not in ([], [""]) for name in self.fields)


class OccupationFilterForm(FilterForm):
    """Narrows and sorts the list of occupations; all filters combine."""

    # For each sort of the list, the order of the rows; ties go by code, so that a page never changes between two requests.
    SORTS = {
        "title": (_("Name, A to Z"), None),
        "-pay": (_("Pay, highest first"), F("wage_median").desc(nulls_last=True)),
        "pay": (_("Pay, lowest first"), F("wage_median").asc(nulls_last=True)),
        "-openings": (_("Most openings a year"), F("annual_openings").desc(nulls_last=True)),
        "-change": (_("Growing fastest"), F("projected_change").desc(nulls_last=True)),
        "zone": (_("Least preparation first"), F("job_zone").asc(nulls_last=True)),
        "-zone": (_("Most preparation first"), F("job_zone").desc(nulls_last=True)),
    }

    cluster = forms.ModelChoiceField(
        Cluster.objects.none(), to_field_name="slug", required=False, label=_("Cluster"), empty_label=_("All clusters")
    )
    interest = forms.ChoiceField(
        required=False,
        label=_("Strongest interest"),
        choices=[("", _("Any interest")), *((area.value, area.verb) for area in InterestArea)],
    )
    pay = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=1_000_000,
        label=_("Pay at least"),
        help_text=_("Dollars a year. Half of the people in the job earn this or more."),
        # Not a number input: browsers throw away what they cannot read, and the page could not show what is wrong with it.
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _("Write pay as a whole number of dollars a year, such as 50000.")},
    )
    zone = forms.TypedMultipleChoiceField(
        required=False, coerce=int, label=_("Preparation"), choices=JobZone.choices, widget=forms.CheckboxSelectMultiple
    )
    education = forms.MultipleChoiceField(
        required=False,
        label=_("Typical education at entry"),
        choices=Education.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    outlook = forms.MultipleChoiceField(
        required=False,
        label=_("Number of jobs, over ten years"),
        choices=Outlook.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    sort = forms.ChoiceField(
        required=False, label=_("Sort by"), choices=[(key, label) for key, (label, _order) in SORTS.items()]
    )

    button = _("Show occupations")

    def __init__(self, data):
        super().__init__(data)
        self.fields["cluster"].queryset = Cluster.objects.current().order_by("number")

    def narrow(self, occupations: QuerySet) -> QuerySet:
        """The occupations that meet every filter that makes sense, in the order that was asked for."""
        self.is_valid()
        wanted = self.cleaned_data
        if cluster := wanted.get("cluster"):
            occupations = occupations.in_cluster(cluster.slug)
        if interest := wanted.get("interest"):
            occupations = occupations.led_by(InterestArea(interest))
        if pay := wanted.get("pay"):
            occupations = occupations.paid_at_least(pay)
        if zones := wanted.get("zone"):
            occupations = occupations.filter(job_zone__in=zones)
        if education := wanted.get("education"):
            occupations = occupations.filter(entry_education__in=education)
        if outlook := wanted.get("outlook"):
            occupations = occupations.with_outlook(outlook)
        order = self.SORTS[wanted.get("sort") or "title"][1]
        return occupations.by_title() if order is None else occupations.order_by(order, "code")


class ProgramFilterForm(FilterForm):
    """Narrows the list of programs of study; all filters combine. Without a school it lists the model programs."""

    school = forms.ChoiceField(required=False, label=_("School"))
    grade = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label=_("Grade you are in"),
        help_text=_("Shows programs you can still join."),
        choices=[("", _("Any grade")), *((grade.value, grade.label) for grade in Grade.in_high_school())],
    )
    cluster = forms.ChoiceField(required=False, label=_("Cluster"))
    pathway = forms.ChoiceField(required=False, label=_("Pathway"))
    credential = forms.ChoiceField(required=False, label=_("Credential you can earn"))
    dual_credit = forms.BooleanField(required=False, label=_("With courses that count for college too"))

    button = _("Show programs")

    def __init__(self, data):
        super().__init__(data)
        # Plain choices: a field of rows would ask the database again for the one that was chosen.
        places = Pathway.objects.current().filter(cluster__retired_on=None).order_by("cluster__number", "position")
        by_cluster = defaultdict(list)
        for slug, cluster, number, title in places.values_list("cluster__slug", "cluster__title", "number", "title"):
            by_cluster[slug, cluster].append((number, title))
        self.fields["cluster"].choices = [("", _("All clusters")), *by_cluster]
        self.fields["pathway"].choices = [
            ("", _("All pathways")),
            *((cluster, pathways) for (_slug, cluster), pathways in by_cluster.items()),
        ]
        schools = School.objects.values_list("slug", "name")
        self.fields["school"].choices = [("", _("Model programs, for every school")), *schools]
        credentials = Credential.objects.current().values_list("slug", "name")
        self.fields["credential"].choices = [("", _("Any or none")), *credentials]

    @property
    def school_name(self) -> str:
        """The name of the chosen school; empty for the model programs."""
        slug = self.cleaned_data.get("school")
        return dict(self.fields["school"].choices)[slug] if slug else ""

    def narrow(self, programs: QuerySet) -> QuerySet:
        """The programs that meet every filter that makes sense."""
        self.is_valid()
        wanted = self.cleaned_data
        school = wanted.get("school")
        programs = programs.filter(school__slug=school) if school else programs.models()
        if cluster := wanted.get("cluster"):
            programs = programs.filter(pathway__cluster__slug=cluster)
        if pathway := wanted.get("pathway"):
            programs = programs.filter(pathway__number=pathway)
        if grade := wanted.get("grade"):
            programs = programs.open_to(grade)
        if credential := wanted.get("credential"):
            programs = programs.leading_to(credential)
        if wanted.get("dual_credit"):
            programs = programs.with_dual_credit()
        return programs
