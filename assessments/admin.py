from collections import defaultdict
from statistics import median

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from assessments.models import Assessment
from assessments.reliability import FEWEST_RESULTS, cronbach_alpha
from clusters.choices import InterestArea
from schools.access import ToBeRead
from schools.admin.base import BoundedSearchMixin
from schools.admin.scoped import ScopedAdmin


@admin.register(Assessment)
class AssessmentAdmin(BoundedSearchMixin, ScopedAdmin, TranslationAdmin):
    """How often each version was taken and how well it measures. It shows no single student, and nothing can be changed."""

    rule = ToBeRead()
    list_display = ("title", "slug", "version", "published_on", "minutes")
    search_fields = ("title", "slug")
    readonly_fields = ("taken", "median_minutes", "reliability", "item_list")

    @admin.display(description=_("taken"))
    def taken(self, assessment):
        return assessment.results.finished().count()

    @admin.display(description=_("median time in minutes"))
    def median_minutes(self, assessment):
        times = assessment.results.finished().values_list("started_at", "finished_at")
        minutes = [(finished - started).total_seconds() / 60 for started, finished in times]
        if len(minutes) < FEWEST_RESULTS:
            return _("too few results (fewer than 30)")
        return f"{median(minutes):.1f}"

    @admin.display(description=_("reliability (Cronbach's alpha)"))
    def reliability(self, assessment):
        answers = list(assessment.results.finished().values_list("answers", flat=True))
        if len(answers) < FEWEST_RESULTS:
            return _("too few results (fewer than 30)")
        items = defaultdict(list)
        for order, area in assessment.items.values_list("order", "area"):
            items[area].append(str(order))
        alphas = (
            (area, cronbach_alpha([[row[order] for order in items[area]] for row in answers])) for area in InterestArea
        )
        return format_html_join(
            "", "<div>{}: {}</div>", ((area.label, "–" if alpha is None else f"{alpha:.2f}") for area, alpha in alphas)
        )

    @admin.display(description=_("items"))
    def item_list(self, assessment):
        rows = assessment.items.order_by("order")
        return format_html_join("", "<div>{}. {} ({})</div>", ((i.order, i.text, i.get_area_display()) for i in rows))
