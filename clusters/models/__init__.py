from clusters.models.education import Course, Major, MajorOccupation
from clusters.models.framework import Cluster, Framework, Pathway, PathwayOccupation
from clusters.models.occupation import (
    AlternateTitle,
    Occupation,
    OccupationSkill,
    OccupationTechnology,
    RelatedOccupation,
    Skill,
    Technology,
)
from clusters.models.search import SearchEntry, SearchKind
from clusters.models.source import ContentVersion, DataSource

__all__ = [
    "AlternateTitle", "Cluster", "ContentVersion", "Course", "DataSource", "Framework", "Major", "MajorOccupation",
    "Occupation", "OccupationSkill", "OccupationTechnology", "Pathway", "PathwayOccupation", "RelatedOccupation",
    "SearchEntry", "SearchKind", "Skill", "Technology",
]  # fmt: skip
