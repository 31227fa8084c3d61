from django.contrib import admin
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from clusters.admin.base import LinkInline, MissingTextFilter, SharedAdmin, StateFilter, side_by_side
from clusters.admin.note import address_to_add, notes_of
from clusters.admin.preview import ContentPreviewMixin
from clusters.admin.reviewing import ReviewedMixin
from clusters.admin.steps import HIDE, SHOW, HidingMixin
from clusters.models import PathwayOccupation
from schools.access import access_of
from schools.audit import record

MISSING_TEXTS = [("summary_en", MissingTextFilter), ("summary_es", MissingTextFilter)]


class FrameworkAdmin(SharedAdmin):
    list_display = ["title", "code", "state"]
    search_fields = ["title", "code"]
    fields = ["code", "title"]
    help_texts = {"title": _("Its official name.")}


class ClusterAdmin(ContentPreviewMixin, ReviewedMixin, SharedAdmin, TranslationAdmin):
    actions = [*SharedAdmin.actions, "mark_as_reviewed"]
    list_display = ["title", "number", "pathway_count", "state"]
    list_filter = [StateFilter, "framework", *MISSING_TEXTS]
    search_fields = ["title_en", "title_es", "slug"]
    autocomplete_fields = ["framework"]
    readonly_fields = [*SharedAdmin.readonly_fields, "pathway_links"]
    kept_fields = ("slug",)
    prepopulated_fields = {"slug": ["title"]}
    help_texts = {
        "framework": _("The edition that has this cluster."),
        "icon": _("The drawing beside the title."),
    }
    fieldsets = [
        (_("Name"), {"fields": [*side_by_side("title"), "slug", "number", "framework"]}),
        (
            _("What students read"),
            {
                "fields": side_by_side(
                    "summary", "what_people_do", "why_it_matters", "you_might_like", "you_might_not_like"
                )
            },
        ),
        (_("How it looks"), {"fields": [("colour", "icon")]}),
        (_("Pathways"), {"fields": ["pathway_links"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(pathway_count=Count("pathways"))

    @admin.display(description=_("pathways"), ordering="pathway_count")
    def pathway_count(self, cluster):
        return cluster.pathway_count

    @admin.display(description=_("pathways"))
    def pathway_links(self, cluster):
        if cluster.pk is None:
            return _("Save the cluster first, then add its pathways.")
        addresses = ((reverse("admin:clusters_pathway_change", args=[p.pk]), p) for p in cluster.pathways.all())
        return format_html(
            '<ul>{}<li><a href="{}?cluster={}">{}</a></li></ul>',
            format_html_join("", '<li><a href="{}">{}</a></li>', addresses),
            reverse("admin:clusters_pathway_add"),
            cluster.pk,
            _("Add a pathway"),
        )


class PathwayOccupationInline(LinkInline):
    """Occupations of a pathway, or pathways of an occupation. What staff add is editorial, whatever a form says."""

    model = PathwayOccupation
    readonly_fields = ["basis", "state"]


class OccupationsOfPathway(PathwayOccupationInline):
    fields = ["occupation", "hidden", "basis", "state"]
    autocomplete_fields = ["occupation"]
    ordering = ["occupation__title"]
    verbose_name = _("occupation")
    verbose_name_plural = _("occupations")
    help_texts = {"occupation": _("Type part of its title, of another job title, or its code.")}


class PathwayAdmin(ContentPreviewMixin, ReviewedMixin, HidingMixin, SharedAdmin, TranslationAdmin):
    actions = [*HidingMixin.actions, "mark_as_reviewed"]
    list_display = ["title", "number", "cluster", "occupation_count", "hidden", "state"]
    list_filter = [StateFilter, "hidden", "cluster", *MISSING_TEXTS]
    list_select_related = ["cluster"]
    search_fields = ["title_en", "title_es", "number", "slug"]
    autocomplete_fields = ["cluster"]
    kept_fields = ("slug",)
    prepopulated_fields = {"slug": ["title"]}
    help_texts = {
        "cluster": _("The field of work it is a part of."),
        "number": _(
            "The official number, such as 8.1. For a pathway of the district's own take one that no release will use, "
            "such as 8.90."
        ),
    }
    fieldsets = [
        (
            _("Name and place"),
            {"fields": [*side_by_side("title"), "slug", "cluster", ("number", "position"), "hidden"]},
        ),
        (_("What students read"), {"fields": side_by_side("summary", "knowledge_and_skills", "day_in_it")}),
    ]
    inlines = [OccupationsOfPathway]

    def get_queryset(self, request):
        shown = Count("pathway_occupations", filter=Q(pathway_occupations__hidden=False))
        return super().get_queryset(request).annotate(occupation_count=shown)

    @admin.display(description=_("occupations shown"), ordering="occupation_count")
    def occupation_count(self, pathway):
        return pathway.occupation_count

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and "hidden" in form.changed_data:
            step = HIDE if obj.hidden else SHOW
            record(step.action, by=request.user, subject=f"{self.opts.verbose_name}: {obj}", detail=str(step.name))

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj:
            context |= {
                "notes": notes_of(request, obj),
                "address_of_new_note": address_to_add(obj) if access_of(request.user).everywhere else "",
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)
