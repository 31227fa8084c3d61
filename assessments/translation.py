"""Instruments have a column for each language."""

from modeltranslation.translator import TranslationOptions, register

from assessments.models import Assessment, Item


@register(Assessment)
class AssessmentTranslation(TranslationOptions):
    fields = ("title",)


@register(Item)
class ItemTranslation(TranslationOptions):
    fields = ("text",)
