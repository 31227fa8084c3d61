from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import Case, Count, When
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modeltranslation.admin import TranslationAdmin

from clusters.admin.base import LinkInline, SharedAdmin, StateFilter, side_by_side
from clusters.admin.choosers import number_within
from clusters.admin.framework import MISSING_TEXTS, PathwayOccupationInline
from clusters.admin.reviewing import ReviewedMixin
from clusters.models import Occupation, OccupationSkill, OccupationTechnology, RelatedOccupation
from clusters.search import search
from schools.admin.preview import PreviewMixin

FIND_OCCUPATION = _("Type part of its title, of another job title, or its code.")


class PathwaysOfOccupation(PathwayOccupationInline):
    fields = ["pathway", "hidden", "basis", "state"]
    autocomplete_fields = ["pathway"]
    verbose_name = _("pathway")
    verbose_name_plural = _("pathways")
    help_texts = {"pathway": _("Type part of its title or its number.")}


class SkillsOfOccupation(LinkInline):
    model = OccupationSkill
    fields = ["skill", "importance", "level", "state"]
    autocomplete_fields = ["skill"]
    verbose_name = _("skill or knowledge")
    verbose_name_plural = _("skills and knowledge")
    help_texts = {"skill": _("Type part of its name.")}


class TechnologiesOfOccupation(LinkInline):
    model = OccupationTechnology
    fields = ["technology", "position", "in_demand", "state"]
    autocomplete_fields = ["technology"]
    verbose_name = _("technology")
    verbose_name_plural = _("technologies")
    help_texts = {"technology": _("Type part of its name.")}


class RelatedOccupations(LinkInline):
    model = RelatedOccupation
    fk_name = "occupation"
    fields = ["related", "position", "state"]
    autocomplete_fields = ["related"]
    help_texts = {"related": FIND_OCCUPATION}


class OccupationAdmin(PreviewMixin, ReviewedMixin, SharedAdmin, TranslationAdmin):
    actions = [*SharedAdmin.actions, "mark_as_reviewed"]
    list_display = ["title", "code", "job_zone", "wage_median", "state"]
    list_filter = [StateFilter, "job_zone", "entry_education", "pathways__cluster", *MISSING_TEXTS]
    # Django asks for these before it offers a search; get_search_results answers it.
    search_fields = ["title", "code"]
    search_help_text = FIND_OCCUPATION
    readonly_fields = [
        *SharedAdmin.readonly_fields, "interests_source", "wages_source", "outlook_source", "other_titles",
    ]  # fmt: skip
    help_texts = {
        "title_en": _("Its official name."),
        "title_es": _("Its name in Spanish. Left empty, the English one is shown."),
        "soc_title": _("The official name of that group."),
        "entry_education": _("What people usually have when they start."),
        "experience": _("What employers usually ask for."),
        "training": _("What people usually get after they start."),
    }
    fieldsets = [
        (_("Name"), {"fields": [*side_by_side("title", "friendly_title"), "code", ("soc_code", "soc_title"), "other_titles"]}),
        (_("What students read"), {"fields": side_by_side(*Occupation.WORDS[1:])}),
        (_("How you get there"), {"fields": [("job_zone", "entry_education"), ("experience", "training")]}),
        (_("Interests"), {"fields": [Occupation.INTERESTS[:3], Occupation.INTERESTS[3:], "interests_source"]}),
        (
            _("Pay"),
            {"fields": [Occupation.WAGES[:5], Occupation.WAGES[5:10], "wage_top_coded", "wages_source"]},
        ),
        (
            _("Outlook"),
            {
                "fields": [
                    ("employment", "projected_employment"), ("projected_change", "annual_openings"), "outlook_source",
                ]
            },
        ),
    ]  # fmt: skip
    inlines = [PathwaysOfOccupation, SkillsOfOccupation, TechnologiesOfOccupation, RelatedOccupations]

    def get_search_results(self, request, queryset, search_term):
        """The site's own search, which knows other job titles and codes, and forgives typing errors; the best come first."""
        if pathway := number_within(request, "pathway"):
            # A chooser in the form of a program offers what the pathway has.
            queryset = queryset.on_pathway(pathway)
        if not search_term:
            return queryset, False
        found = [hit.target for hit in search(search_term).occupations]
        queryset = queryset.filter(pk__in=found)
        if found and ORDER_VAR not in request.GET:
            queryset = queryset.order_by(Case(*(When(pk=pk, then=place) for place, pk in enumerate(found))))
        return queryset, False

    @admin.display(description=_("other job titles"))
    def other_titles(self, occupation):
        if occupation.pk is None:
            return _("Save the occupation first, then add its other titles.")
        count = occupation.alternate_titles.count()
        text = ngettext("%(count)s other title", "%(count)s other titles", count) % {"count": count}
        address = reverse("admin:clusters_alternatetitle_changelist")
        return format_html('<a href="{}?occupation__id__exact={}">{}</a>', address, occupation.pk, text)


class AlternateTitleAdmin(SharedAdmin):
    list_display = ["title", "short_title", "occupation", "state"]
    linked_lookups = ["occupation"]
    list_select_related = ["occupation"]
    # Counting all of 56,000 once more for each search costs as much as the search.
    show_full_result_count = False
    search_fields = ["title", "short_title", "occupation__title_en", "occupation__code"]
    autocomplete_fields = ["occupation"]
    fields = ["occupation", "title", "short_title"]
    help_texts = {
        "occupation": FIND_OCCUPATION,
        "title": _("A job title that people use for it, in the singular."),
    }


class SkillAdmin(SharedAdmin, TranslationAdmin):
    list_display = ["name", "kind", "element_id", "state"]
    list_filter = [StateFilter, "kind"]
    search_fields = ["name_en", "name_es", "element_id"]
    fields = [*side_by_side("name"), "kind", "element_id"]
    help_texts = {
        "name_en": _("As it stands beside its bar on the page of an occupation."),
        "name_es": _("The same in Spanish. Left empty, the English one is shown."),
        "kind": _("Skills and knowledge are shown apart."),
    }


class TechnologyAdmin(SharedAdmin):
    list_display = ["name", "hot", "occupation_count", "state"]
    list_filter = [StateFilter, "hot"]
    search_fields = ["name"]
    fields = ["name", "hot"]
    help_texts = {"name": _("The name of the program, device or language.")}

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(occupation_count=Count("occupation_technologies"))

    @admin.display(description=_("occupations"), ordering="occupation_count")
    def occupation_count(self, technology):
        return technology.occupation_count
