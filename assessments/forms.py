from collections.abc import Iterable, Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import Item, Result

# From "strongly dislike" to "strongly like", the words of an answer.
ANSWERS = [
    (1, _("Strongly dislike")),
    (2, _("Dislike")),
    (3, _("Unsure")),
    (4, _("Like")),
    (5, _("Strongly like")),
]
_SENT = {str(value): value for value, _label in ANSWERS}


class AnswersForm:
    """One page of items. Not a form of Django's: reading ten answers with one took as long as storing them.

    ``sent`` is what came with the request; None where the page is only shown.
    """

    def __init__(self, items: Iterable[Item], result: Result | None, sent: Mapping[str, str] | None = None):
        self.items = list(items)
        self._result, self._sent = result, sent

    def answers(self) -> dict[int, int]:
        """Order of the item -> 1-5, for every item of the page that was sent with a valid answer."""
        sent = ((item.order, self._sent.get(f"item-{item.order}")) for item in self.items)
        return {order: _SENT[value] for order, value in sent if value in _SENT}

    def errors(self) -> list[Item]:
        """The items that were sent without an answer."""
        if self._sent is None:
            return []
        answered = self.answers()
        return [item for item in self.items if item.order not in answered]

    def rows(self) -> list[dict]:
        """For each item of the page: the item, the name of its field, what was chosen, and what is wrong."""
        errors = self.errors()
        rows = []
        for item in self.items:
            name = f"item-{item.order}"
            if self._sent is None:
                stored = self._result.answer_to(item.order) if self._result else None
                chosen = None if stored is None else str(stored)
            else:
                chosen = self._sent.get(name)
            error = _("Choose one of the five answers.") if item in errors else ""
            rows.append({"item": item, "name": name, "chosen": chosen, "error": error})
        return rows


class ResumeForm(forms.Form):
    """The way back to a result."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=40,
        help_text=_(
            "Twelve letters and numbers, such as 7K2M-9QXD-04ZT. Capital or small letters, with or without dashes."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
