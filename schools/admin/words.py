"""Changes in the words of the forms, for somebody who may not know of every row that a change names."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import DateField, Field
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from schools.access import access_of
from schools.wholes import ROOT, Change, fields_of, whole_of

# No number of a row has more digits.
_DIGITS = 18


class Line(NamedTuple):
    """A change as people read it; ``old`` and ``new`` are empty where there is nothing."""

    label: str
    old: str
    new: str


def label_of(column: Field) -> str:
    """The name of a column for people: "Summary (Spanish)" rather than "Summary [es]"."""
    if original := getattr(column, "translated_field", None):
        return f"{capfirst(original.verbose_name)} ({get_language_info(column.language)['name_translated']})"
    return str(capfirst(column.verbose_name))


class Words:
    """Speaks of the changes of one kind of wholes. All rows that the changes name are read at once, a query for each model."""

    def __init__(self, model_admin, request, changes: Iterable[Change]):
        self.whole = whole_of(model_admin.model)
        self.kinds = {inline.model: str(inline.verbose_name or "") for inline in model_admin.inlines}
        self.registry = model_admin.admin_site._registry
        self.access = access_of(request.user)
        self.names = self._names_in(changes)

    def line(self, change: Change) -> Line:
        """What changed, and from what to what."""
        if change.part == ROOT:
            column = self.whole.model._meta.get_field(change.column)
            return Line(label_of(column), self.value(column, change.old), self.value(column, change.new))
        part = self.whole.part(change.part)
        kind = self.kind_of(part)
        told = self.told(part, change.told)
        if change.column:
            column = part.model._meta.get_field(change.column)
            label = _("%(kind)s “%(row)s”: %(column)s") % {"kind": kind, "row": told, "column": label_of(column)}
            return Line(label, self.value(column, change.old), self.value(column, change.new))
        what = _("%(kind)s added: %(row)s") if change.old is None else _("%(kind)s taken out: %(row)s")
        described = self.described(part, change.told)
        texts = ("", described) if change.old is None else (described, "")
        return Line(what % {"kind": kind, "row": told}, *texts)

    def kind_of(self, part) -> str:
        """What the form calls a row of this kind."""
        return str(capfirst(self.kinds.get(part.model) or part.model._meta.verbose_name))

    def told(self, part, values) -> str:
        """Which one of its kind a part is."""
        columns = fields_of(part.model, {name: values.get(name) for name in part.told_by})
        return ": ".join(filter(None, (self.value(column, value) for column, value in columns)))

    def described(self, part, values) -> str:
        """All that a part says beside which one it is, a line for each column."""
        seen = [name for name in self.whole.seen(part.model) if name not in {part.parent, *part.told_by}]
        columns = fields_of(part.model, {name: values.get(name) for name in seen})
        texts = [(label_of(column), self.value(column, value)) for column, value in columns]
        return "\n".join(f"{label}: {text}" for label, text in texts if text)

    def value(self, column: Field, value: Any) -> str:
        """A value of a state, or as a form sends it."""
        if value in (None, "", []):
            return ""
        if column.many_to_many or column.many_to_one:
            values = value if isinstance(value, list) else [value]
            return ", ".join(
                self.names.get((column.related_model, str(each)), _("(not for you to see)")) for each in values
            )
        if choices := {str(key): str(label) for key, label in column.flatchoices}:
            return choices.get(str(value), str(value))
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(column, DateField):
            return date_format(date.fromisoformat(value[:10]))
        return str(value)

    def _names_in(self, changes):
        wanted = {}
        for change in changes:
            for column, value in self._columns_in(change):
                if column.many_to_many or column.many_to_one:
                    values = value if isinstance(value, list) else [value]
                    wanted.setdefault(column.related_model, set()).update(map(str, values))
        names = {}
        for model, found in wanted.items():
            pks = [pk for pk in found if pk.isdecimal() and len(pk) <= _DIGITS]
            rows = self.registry[model].rule.visible(self.access, model._base_manager.all())
            keys = [column.name for column in model._meta.concrete_fields if column.many_to_one]
            for row in rows.filter(pk__in=pks).select_related(*keys) if pks else ():
                names[model, str(row.pk)] = str(row)
        return names

    def _columns_in(self, change):
        if change.part == ROOT:
            yield from fields_of(self.whole.model, {change.column: change.old})
            yield from fields_of(self.whole.model, {change.column: change.new})
            return
        part = self.whole.part(change.part)
        if change.column:
            yield from fields_of(part.model, {change.column: change.old})
            yield from fields_of(part.model, {change.column: change.new})
            seen = part.told_by
        else:
            seen = set(self.whole.seen(part.model)) - {part.parent}
        yield from fields_of(part.model, {name: change.told.get(name) for name in seen})
