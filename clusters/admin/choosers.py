"""Choosers that offer a part of the rows."""

from urllib.parse import urlencode

from django.contrib.admin.widgets import AutocompleteMixin, AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import BigIntegerField


def number_within(request, name):
    """The number of the row that a chooser asks within; none where the address has no number that a row could have."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and int(text) <= BigIntegerField.MAX_BIGINT else None


class _Within(AutocompleteMixin):
    """Asks for rows that belong to another one, such as ``{"school": 3}``; the other model's admin understands it."""

    within = None

    def get_url(self):
        return f"{super().get_url()}?{urlencode(self.within)}" if self.within else super().get_url()


class Chooser(_Within, AutocompleteSelect):
    pass


class MultipleChooser(_Within, AutocompleteSelectMultiple):
    pass
