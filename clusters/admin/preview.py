"""What has to be public for the page of a draft to be shown."""

from clusters.choices import ProgramStatus
from clusters.models import Cluster, Pathway, Program, SchoolNote
from schools.admin.preview import PreviewMixin

# What a row has while it is public, and the row that has to be public with it.
PUBLIC = {
    SchoolNote: ({}, "pathway"),
    Program: ({"status": ProgramStatus.PUBLISHED, "retired_on": None}, "pathway"),
    Pathway: ({"hidden": False, "retired_on": None}, "cluster"),
    Cluster: ({"retired_on": None}, None),
}


# In one query with the row, for its form asks whether it is public.
ASKED_WITH = {Program: "pathway__cluster", Pathway: "cluster"}


class ContentPreviewMixin(PreviewMixin):
    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.select_related(ASKED_WITH[self.model]) if self.model in ASKED_WITH else rows

    def made_public(self, row):
        while row is not None and type(row) in PUBLIC:
            values, parent = PUBLIC[type(row)]
            yield row, values
            row = getattr(row, parent) if parent else None
