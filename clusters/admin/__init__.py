"""Editing of all public content. What is derived (search entries, the content version) is not edited."""

from django.contrib import admin

from clusters.admin.catalog import CatalogCourseAdmin
from clusters.admin.education import CourseAdmin, MajorAdmin
from clusters.admin.framework import ClusterAdmin, FrameworkAdmin, PathwayAdmin
from clusters.admin.note import SchoolNoteAdmin
from clusters.admin.occupation import AlternateTitleAdmin, OccupationAdmin, SkillAdmin, TechnologyAdmin
from clusters.admin.program import CredentialAdmin, ProgramAdmin
from clusters.admin.source import DataSourceAdmin
from clusters.models import (
    AlternateTitle,
    CatalogCourse,
    Cluster,
    Course,
    Credential,
    DataSource,
    Framework,
    Major,
    Occupation,
    Pathway,
    Program,
    SchoolNote,
    Skill,
    Technology,
)

# In the order of the start page, the one that is edited most first.
admin.site.register(Cluster, ClusterAdmin)
admin.site.register(Pathway, PathwayAdmin)
admin.site.register(Program, ProgramAdmin)
admin.site.register(SchoolNote, SchoolNoteAdmin)
admin.site.register(CatalogCourse, CatalogCourseAdmin)
admin.site.register(Credential, CredentialAdmin)
admin.site.register(Occupation, OccupationAdmin)
admin.site.register(AlternateTitle, AlternateTitleAdmin)
admin.site.register(Skill, SkillAdmin)
admin.site.register(Technology, TechnologyAdmin)
admin.site.register(Major, MajorAdmin)
admin.site.register(Course, CourseAdmin)
admin.site.register(Framework, FrameworkAdmin)
admin.site.register(DataSource, DataSourceAdmin)
