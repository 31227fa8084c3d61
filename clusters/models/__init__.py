from clusters.models.catalog import CatalogCourse
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
from clusters.models.program import (
    CourseSlot,
    Credential,
    Program,
    ProgramCredential,
    ProgramMajor,
    ProgramOccupation,
    ProgramPart,
    WorkBasedLearning,
)
from clusters.models.school import AddressCheck, SchoolNote
from clusters.models.search import SearchEntry, SearchKind
from clusters.models.source import ContentVersion, DataSource

__all__ = [
    "AddressCheck", "AlternateTitle", "CatalogCourse", "Cluster", "ContentVersion", "Course", "CourseSlot", "Credential",
    "DataSource", "Framework", "Major", "MajorOccupation", "Occupation", "OccupationSkill", "OccupationTechnology", "Pathway",
    "PathwayOccupation", "Program", "ProgramCredential", "ProgramMajor", "ProgramOccupation", "ProgramPart",
    "RelatedOccupation", "SchoolNote", "SearchEntry", "SearchKind", "Skill", "Technology", "WorkBasedLearning",
]  # fmt: skip
