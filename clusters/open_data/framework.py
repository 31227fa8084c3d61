"""Clusters and their pathways as open data."""

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from clusters.completeness import lines_of
from clusters.models import Cluster, Pathway, PathwayOccupation
from clusters.open_data.base import CHUNK, Field, JsonFile


def _pathway(pathway, reading):
    return {
        "number": pathway.number,
        "slug": pathway.slug,
        "url": reading.address(pathway),
        "title": pathway.title,
        "summary": pathway.summary,
        "knowledge_and_skills": lines_of(pathway.knowledge_and_skills),
        "day_in_it": pathway.day_in_it,
        "occupations": [
            {"code": link.occupation.code, "basis": link.basis} for link in pathway.pathway_occupations.all()
        ],
    }


def _sources(cluster, reading):
    pathways = cluster.pathways.all()
    links = (link for pathway in pathways for link in pathway.pathway_occupations.all())
    return reading.slugs(cluster.source_id, *(row.source_id for row in (*pathways, *links)))


def _text(name, meaning):
    return Field(name, meaning, lambda cluster, reading: getattr(cluster, name))


_FIELDS = (
    _text("number", _("The official number, 1 to 16.")),
    _text("slug", _("The last part of the page's address.")),
    Field("url", _("Its page on this site."), lambda cluster, reading: reading.address(cluster)),
    _text("title", _("The official name.")),
    _text("summary", _("What this field of work is.")),
    _text("what_people_do", _("What people here do.")),
    _text("why_it_matters", _("Why it matters.")),
    _text("you_might_like", _("What you might like.")),
    _text("you_might_not_like", _("What you might not like.")),
    Field(
        "pathways",
        _(
            "Its pathways: number, name and texts, and the codes of the occupations on each, with the ground they are there on."
        ),
        lambda cluster, reading: [_pathway(pathway, reading) for pathway in cluster.pathways.all()],
    ),
    Field("sources", _("The releases it is from, by the short names of the list at the end."), _sources),
)


def _clusters():
    links = (
        PathwayOccupation.objects.shown()
        .select_related("occupation")
        .only("pathway", "basis", "source", "occupation__code")
        .order_by("occupation__code")
    )
    pathways = (
        Pathway.objects.current()
        .select_related("cluster")
        .prefetch_related(Prefetch("pathway_occupations", links))
        .order_by("position")
    )
    clusters = Cluster.objects.current().order_by("number").prefetch_related(Prefetch("pathways", pathways))
    return clusters.iterator(chunk_size=CHUNK)


CLUSTERS_JSON = JsonFile(
    name="clusters.json",
    about=_("The clusters with their pathways, the texts about them, and which occupations are on which pathway."),
    fields=_FIELDS,
    rows=_clusters,
)
