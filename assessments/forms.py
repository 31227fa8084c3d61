from collections.abc import Iterable

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
# One field for all items, for it knows nothing of them: to make ten of them takes as long as to store ten answers.
ANSWER = forms.TypedChoiceField(
    choices=ANSWERS, coerce=int, error_messages={"required": _("Choose one of the five answers.")}
)


class AnswersForm(forms.Form):
    """One page of items. The template draws the radio buttons from ``rows``: 50 widget templates cost more than the page."""

    def __init__(self, items: Iterable[Item], result: Result | None, data=None):
        self.items = list(items)
        stored = {f"item-{item.order}": result.answer_to(item.order) for item in self.items} if result else {}
        super().__init__(data, initial=stored)
        self.fields = {f"item-{item.order}": ANSWER for item in self.items}

    def answers(self) -> dict[int, int]:
        """Order of the item -> 1-5, for every item of the page that has a valid answer."""
        self.is_valid()
        return {int(name.removeprefix("item-")): answer for name, answer in self.cleaned_data.items()}

    def rows(self) -> list[dict]:
        """For each item of the page: the item, the name of its field, what was chosen, and what is wrong."""
        rows = []
        for item in self.items:
            field = self[f"item-{item.order}"]
            chosen = field.value()
            rows.append(
                {
                    "item": item,
                    "name": field.html_name,
                    # What was sent is text, what was stored a number.
                    "chosen": None if chosen is None else str(chosen),
                    "error": field.errors[0] if field.errors else "",
                }
            )
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
