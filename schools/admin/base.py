"""What the forms of all models have in common."""


class HelpTextsMixin:
    """A sentence beside every field, also beside those whose model has none to offer."""

    help_texts = {}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name in self.help_texts:
            field.help_text = self.help_texts[db_field.name]
        return field


class BoundedSearchMixin:
    """Searches for the beginning of a text that is longer than any title."""

    LONGEST_SEARCH = 200

    def get_search_results(self, request, queryset, search_term):
        # Each word adds a condition for each field, and SQLite refuses a query with more than a thousand.
        return super().get_search_results(request, queryset, search_term[: self.LONGEST_SEARCH])
