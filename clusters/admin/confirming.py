"""Steps that ask first: what was chosen, what will happen, and whether it is still so when somebody says yes."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model
from django.template.response import TemplateResponse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from schools.wholes import changed_since, stamp_of

MOST_NAMED = 5


def names_of(rows: Sequence[Model]) -> str:
    """The rows by name, the first few of them where there are many."""
    names = [str(row) for row in rows[:MOST_NAMED]]
    if len(rows) > MOST_NAMED:
        names.append(_("%(count)s more") % {"count": len(rows) - MOST_NAMED})
    return get_text_list(names, _("and"))


class ConfirmedMixin:
    """What the pages of all steps have in common; each works without JavaScript."""

    def refuses(self, request, rows: Sequence[Model]) -> bool:
        """Whether nothing is to be done: a message names the rows that the user may not change, or says that there are none."""
        if not rows:
            self.message_user(request, _("Nothing was done: what you chose is not there any more."), messages.WARNING)
            return True
        allowed = {row.pk for row in self.changeable(request, rows)}
        refused = [row for row in rows if row.pk not in allowed]
        if refused:
            message = _("Nothing was done: these are not yours to change. Leave them out: %(names)s.")
            self.message_user(request, message % {"names": names_of(refused)}, messages.ERROR)
        return bool(refused)

    def is_confirmed(self, request, rows: Sequence[Model]) -> bool:
        """Whether somebody said yes to the rows as they are now; a message says where another one changed them since.

        Locks the rows: belongs into one transaction with what is done to them.
        """
        if "confirmed" not in request.POST:
            return False
        if not changed_since(request.POST.get("stamp", ""), rows):
            return True
        message = _("Nothing was done: somebody changed this after you opened the page. Look at it again, then decide.")
        self.message_user(request, message, messages.WARNING)
        return False

    def ask(self, request, template: str, title: str, *, rows: Sequence[Model], row: Model | None = None, **context):
        """A page of a step. ``row`` is the one it was opened from, where it was opened from a form."""
        context |= {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "original": row,
            "rows": rows,
            "stamp": stamp_of(rows),
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
            "media": self.media,
        }
        return TemplateResponse(request, template, context)
