"""The fields of one course in the course grid."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.choices import CourseKind, CourseStage, Grade


class CourseForm(forms.Form):
    """What can be said of a course of a program. ``catalog`` and ``courses`` are what can be chosen, by number and SCED code.

    Leaves out the catalog for a program of no school. A shipped course, whose SCED code is ``fixed_code``, keeps it.
    """

    catalog_course = forms.ChoiceField(
        label=gettext_lazy("Course from the school's catalog"),
        required=False,
        help_text=gettext_lazy("Its number, title and credits are then shown."),
        error_messages={"invalid_choice": gettext_lazy("Choose a course from this school's own catalog.")},
    )
    title_en = forms.CharField(label=gettext_lazy("Title (English)"), max_length=120, required=False)
    title_es = forms.CharField(
        label=gettext_lazy("Title (Spanish)"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Left empty, the English one is shown."),
    )
    course = forms.CharField(
        label=gettext_lazy("SCED code"),
        required=False,
        help_text=gettext_lazy("The national code of this kind of course: five digits, such as 01001."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 8}),
    )
    grade = forms.TypedChoiceField(
        label=gettext_lazy("Year"),
        choices=Grade.choices,
        coerce=int,
        help_text=gettext_lazy("The year in which students have it."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=CourseKind.choices,
        help_text=gettext_lazy("Academic subjects, the field's own courses, and what students choose freely."),
    )
    stage = forms.TypedChoiceField(
        label=gettext_lazy("Stage"),
        choices=[("", gettext_lazy("None")), *CourseStage.choices],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy("Of a career-technical course: how far it goes. Later courses go further."),
    )
    credits = forms.DecimalField(
        label=gettext_lazy("Credits"),
        min_value=0,
        max_value=9,
        max_digits=3,
        decimal_places=2,
        help_text=gettext_lazy("1 is a course that meets every school day of a year."),
    )
    dual_credit = forms.BooleanField(
        label=gettext_lazy("Dual credit"),
        required=False,
        help_text=gettext_lazy("Counts for high school and for college."),
    )

    def __init__(self, *args, catalog, courses, choices, fixed_code=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.catalog = catalog
        self.courses = courses
        if choices is None:
            del self.fields["catalog_course"]
            self.fields["title_en"].help_text = _("Left empty, it is the title of the SCED course.")
        else:
            self.fields["catalog_course"].choices = choices
            self.fields["title_en"].help_text = _("Shown where no course from the catalog is chosen.")
        if fixed_code is not None:
            # The key of a shipped course has the SCED code in it: with another code, it is another course.
            self.fields["course"].disabled = True
            self.initial["course"] = fixed_code

    def focus_first(self):
        """Let the page open with the focus in the first field."""
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True

    def clean_catalog_course(self):
        return self.catalog.get(self.cleaned_data["catalog_course"])

    def clean_course(self):
        code = self.cleaned_data["course"]
        if code and code not in self.courses:
            raise forms.ValidationError(
                _(
                    "No SCED course has this code. It has five digits; look it up under “SCED courses”, or leave it empty."
                )
            )
        return self.courses.get(code)

    def clean(self):
        cleaned = super().clean()
        chosen = cleaned.get("catalog_course")
        if chosen and not cleaned.get("course") and not self.fields["course"].disabled:
            cleaned["course"] = chosen.course
        if not cleaned.get("title_en") and not self.errors.keys() & {"title_en", "course", "catalog_course"}:
            if named := chosen or cleaned["course"]:
                cleaned["title_en"] = named.title[: self.fields["title_en"].max_length]
            else:
                self.add_error("title_en", _("Type a title, so that students know what the course is."))
        if {"kind", "stage"} <= cleaned.keys() and (cleaned["kind"] == CourseKind.CAREER) != bool(cleaned["stage"]):
            self.add_error("stage", _("Career-technical courses have a stage; other courses have none."))
        return cleaned
