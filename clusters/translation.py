"""Content that has a column for each language."""

from modeltranslation.translator import TranslationOptions, register

from clusters.models import Cluster, CourseSlot, Occupation, Pathway, Program, SchoolNote, Skill, WorkBasedLearning


@register(Cluster)
class ClusterTranslation(TranslationOptions):
    fields = ("title", "summary", "what_people_do", "why_it_matters", "you_might_like", "you_might_not_like")


@register(Pathway)
class PathwayTranslation(TranslationOptions):
    fields = ("title", "summary", "knowledge_and_skills", "day_in_it")


@register(Occupation)
class OccupationTranslation(TranslationOptions):
    fields = ("title", *Occupation.WORDS)


@register(Skill)
class SkillTranslation(TranslationOptions):
    fields = ("name",)


@register(Program)
class ProgramTranslation(TranslationOptions):
    fields = ("title", "summary", "audience", "skills", "ways_in", "local_demand")


@register(CourseSlot)
class CourseSlotTranslation(TranslationOptions):
    fields = ("title",)


@register(WorkBasedLearning)
class WorkBasedLearningTranslation(TranslationOptions):
    fields = ("description",)


@register(SchoolNote)
class SchoolNoteTranslation(TranslationOptions):
    fields = ("text",)
