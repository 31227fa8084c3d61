"""Rows of schools as spreadsheets: taken over with a look before, and given out as the list shows them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from clusters.importers.agreed import PlanChanged, bring_in
from clusters.importers.catalog import COLUMNS, export_catalog, import_catalog
from clusters.importers.programs import COURSES, PROGRAMS, TABLES, export_programs, import_programs
from clusters.importers.sheets import Report
from clusters.importers.uploads import MOST_BYTES, TableRefused
from schools.access import access_of
from schools.audit import record
from schools.choices import AuditAction
from schools.models import School

# Of a file that travels in a form, where it is a third longer; Django takes forms of 2.5 MB.
MOST_CARRIED = 2**20
MOST_CHANGES_SHOWN = 500
MOST_PROBLEMS_SHOWN = 200
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Spreadsheet:
    """How the rows of a model become a file and come back.

    ``files`` are the names of the files that can be had, each with its label and what the exporter is told about it beside
    the rows; ``columns`` are those of each table, under the name of its sheet.
    """

    importer: Callable[..., Report]
    exporter: Callable[..., None]
    files: dict[str, tuple[str, dict[str, Any]]]
    columns: dict[str, tuple[str, ...]]
    hint: str


CATALOG = Spreadsheet(
    importer=import_catalog,
    exporter=lambda rows, file: export_catalog(courses=rows, file=file),
    files={"courses.xlsx": (_("Export .xlsx"), {}), "courses.csv": (_("Export .csv"), {})},
    columns={"": COLUMNS},
    hint=_(
        "A line for each course. Courses that are not in the file stay as they are; nothing is deleted. A course leaves the "
        "places in programs that its line does not list."
    ),
)
PROGRAMS_OF_STUDY = Spreadsheet(
    importer=import_programs,
    exporter=lambda rows, file, **tables: export_programs(programs=rows, file=file, **tables),
    files={
        "programs.xlsx": (_("Export .xlsx"), {}),
        "programs.csv": (_("Programs as .csv"), {"tables": [PROGRAMS]}),
        "courses-of-programs.csv": (_("Their courses as .csv"), {"tables": [COURSES]}),
    },
    columns=TABLES,
    hint=_(
        "A workbook has two sheets: a line for each program, and a line for each of their courses. A .csv file has one of the "
        "two. Programs that are not in the file stay as they are. A program that has lines in the sheet of the courses has "
        "exactly these courses afterwards. New programs become drafts; what is published stays published."
    ),
)


class _AsItIs:
    """Signs bytes; Django's own serializers would make them longer."""

    def dumps(self, data):
        return data

    def loads(self, data):
        return data


class Carried(NamedTuple):
    """What the preview hands to the import: which plan was seen by whom and, unless it is too large, the file itself.

    It travels in the form, so that no server keeps anything and any of several can go on. It is signed, so that nothing is
    unpacked here that was not packed here.
    """

    user: int
    school: int
    digest: str
    name: str
    data: bytes

    def pack(self) -> str:
        head = json.dumps([self.user, self.school, self.digest, self.name]).encode()
        return signing.dumps(b"%b\n%b" % (head, self.data), salt=__name__, serializer=_AsItIs, compress=True)

    @classmethod
    def unpack(cls, text: str) -> "Carried":
        """Raises signing.BadSignature for what was not packed here."""
        head, _newline, data = signing.loads(text, salt=__name__, serializer=_AsItIs).partition(b"\n")
        return cls(*json.loads(head), data)


class ImportForm(forms.Form):
    """The school and the file. Once a plan was shown, ``carried`` says which; the file is in there, or chosen again."""

    school = forms.ModelChoiceField(
        School.objects.none(),
        label=_("School"),
        help_text=_("Only what belongs to this school is written."),
        error_messages={"invalid_choice": _("Choose one of the schools that you edit.")},
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("A workbook (.xlsx) or a text file (.csv) of at most %(most)s MB.") % {"most": MOST_BYTES // 2**20},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    carried = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        access = access_of(user)
        schools = School.objects.all() if access.everywhere else School.objects.filter(pk__in=access.edits)
        self.fields["school"].queryset = schools
        if not self.is_bound and "school" not in self.initial and len(only := schools[:2]) == 1:
            self.initial["school"] = only[0]

    def clean_carried(self):
        text = self.cleaned_data["carried"]
        try:
            return Carried.unpack(text) if text else None
        except signing.BadSignature as error:
            raise forms.ValidationError(_("This preview cannot be used any more. Choose the file again.")) from error

    def clean(self):
        cleaned = super().clean()
        carried, school, uploaded = (cleaned.get(name) for name in ("carried", "school", "file"))
        if carried and school and (carried.user, carried.school) != (self.user.pk, school.pk):
            raise forms.ValidationError(_("This preview was for another school or account. Choose the file again."))
        if uploaded:
            # One byte more than the limit is enough to be refused for it.
            cleaned["table"] = ContentFile(uploaded.read(MOST_BYTES + 1), name=uploaded.name)
        elif carried and carried.data:
            cleaned["table"] = ContentFile(carried.data, name=carried.name)
        elif not {"file", "carried"} & self.errors.keys():
            self.add_error("file", _("Choose a file."))
        return cleaned


class BulkMixin:
    """A page that takes a spreadsheet over into one school, and files of what the list shows."""

    change_list_template = "admin/clusters/export_list.html"
    spreadsheet: Spreadsheet

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("import/", self.admin_site.admin_view(self.import_view), name=f"{name}_import"),
            path("export/<str:name>", self.admin_site.admin_view(self.export_view), name=f"{name}_export"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        context = {
            "export_files": {name: label for name, (label, _told) in self.spreadsheet.files.items()},
            "has_import_permission": self.has_import_permission(request),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def has_import_permission(self, request):
        return self.has_add_permission(request) and self.has_change_permission(request)

    # --- Import -------------------------------------------------------------------------------------------------------

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def import_view(self, request):
        if not self.has_import_permission(request):
            raise PermissionDenied
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = ImportForm(*sent, user=request.user)
        if not form.is_valid():
            return self._import_page(request, "import", form=form)
        school, table, carried = (form.cleaned_data[name] for name in ("school", "table", "carried"))
        try:
            if carried:
                return self._bring_in(request, school, table, carried)
            report = self.spreadsheet.importer(school=school, file=table, dry_run=True)
            return self._preview(request, school, table, report)
        except TableRefused as refusal:
            return self._refusal(request, school, table, refusal)

    def _bring_in(self, request, school, table, carried):
        try:
            report = bring_in(
                importer=self.spreadsheet.importer, school=school, file=table, agreed=carried.digest,
                subject=self.opts.verbose_name_plural, by=request.user,
            )  # fmt: skip
        except PlanChanged as changed:
            message = _(
                "Nothing was written: what this file would change is not the same any more. Somebody edited in between, "
                "or it is another file. Look at it again."
            )
            self.message_user(request, message, messages.WARNING)
            return self._preview(request, school, table, changed.report)
        message = _("%(file)s was taken over for %(school)s. %(counts)s.")
        counts = "; ".join(line for line in report.lines() if not line.endswith(": 0"))
        self.message_user(request, message % {"file": table.name, "school": school, "counts": counts}, messages.SUCCESS)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _preview(self, request, school, table, report):
        table.seek(0)
        data = table.read()
        data = data if len(data) <= MOST_CARRIED else b""
        carried = Carried(request.user.pk, school.pk, report.digest, table.name, data).pack()
        shown = report.changes[:MOST_CHANGES_SHOWN]
        context = {"school": school, "file_name": table.name, "report": report, "changes": shown}
        context |= {"more": len(report.changes) - len(shown), "carried": carried, "is_carried": bool(data)}
        return self._import_page(request, "import_preview", form=self._next_form(request, school), **context)

    def _refusal(self, request, school, table, refusal):
        shown = refusal.problems[:MOST_PROBLEMS_SHOWN]
        context = {"file_name": table.name, "problems": shown, "more": len(refusal.problems) - len(shown)}
        context |= {"has_tables": any(problem.table for problem in shown)}
        return self._import_page(request, "import", form=self._next_form(request, school), **context)

    def _next_form(self, request, school):
        return ImportForm(user=request.user, initial={"school": school})

    def _import_page(self, request, template, **context):
        context |= {
            **self.admin_site.each_context(request),
            "title": _("Import %(rows)s") % {"rows": self.opts.verbose_name_plural},
            "opts": self.opts,
            "spreadsheet": self.spreadsheet,
        }
        return TemplateResponse(request, f"admin/clusters/{template}.html", context)

    # --- Export -------------------------------------------------------------------------------------------------------

    @method_decorator(require_GET)
    def export_view(self, request, name):
        if not self.has_view_permission(request):
            raise PermissionDenied
        if name not in self.spreadsheet.files:
            raise Http404
        try:
            listed = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        # What the list fetches beside its rows, the file does not need.
        rows = self.model._default_manager.filter(pk__in=listed.order_by().values("pk"))
        written = File(BytesIO(), name=name)
        _label, told = self.spreadsheet.files[name]
        with transaction.atomic():
            self.spreadsheet.exporter(rows, written, **told)
            self._record_export(request, rows, name)
        kind = "text/csv; charset=utf-8" if name.endswith(".csv") else WORKBOOK
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(written.file.getvalue(), content_type=kind, headers=headers)

    def _record_export(self, request, rows, name):
        """An entry for each school, so that each school's lead reads of it."""
        counted = rows.order_by().values_list("school").annotate(rows=Count("pk"))
        for school, count in counted:
            detail = ngettext("%(file)s: %(count)s line", "%(file)s: %(count)s lines", count)
            subject = self.opts.verbose_name_plural
            detail %= {"file": name, "count": count}
            record(AuditAction.EXPORT, by=request.user, subject=subject, school=school, detail=detail)
