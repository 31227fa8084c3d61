"""Two people save the same form: the second one sees both texts and merges; nothing is overwritten in silence.

A form carries the state that it was opened with. Where the database says something else when the form is sent, nothing is
saved: what only the other one changed is taken over into the form, what only this one typed stays, and where both changed
the same, this one's text stays in its field with the other one's beside it. The next press of "Save" then saves knowingly.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.core import signing
from django.db import transaction
from django.forms import Form
from django.forms.formsets import DELETION_FIELD_NAME, INITIAL_FORM_COUNT, TOTAL_FORM_COUNT
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from schools.admin.words import Words
from schools.history import newest
from schools.wholes import ROOT, Change, State, whole_of

OPENED = "_opened"
_NO_VALUES = (None, "", [])
# More rows than any form has; what is sent beyond them is nobody's form.
_MOST_ROWS = 1000


class MergingMixin:
    """Stands before HistoryMixin and ScopedAdmin. The model is the root of a whole (schools/wholes.py)."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        row = self.get_object(request, object_id) if object_id else None
        if row is None or not self.has_change_permission(request, row):
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            # Locked until the end: what is compared here is what is overwritten below.
            (root,) = whole_of(self.model).load([row.pk], lock=request.method == "POST")
            now = self.shown_state(root)
            extra_context = {**(extra_context or {}), "opened": self._signed(root, now), "opened_name": OPENED}
            if request.method == "POST":
                opened = self._opened(request, root)
                if opened != now:
                    request.merge = Merge(self, request, root, opened, now)
                    request.POST = request.merge.data
                    extra_context["merge"] = request.merge
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if not (merge := getattr(request, "merge", None)):
            return form

        class HeldBack(form):
            """It is shown once more before it is saved."""

            def full_clean(self):
                super().full_clean()
                self.add_error(None, merge.explanation)
                for name, theirs in merge.beside.items():
                    self.add_error(name, theirs)

        return HeldBack

    def shown_state(self, root) -> State:
        """What the form shows of the state of a root, as ``Whole.load`` returns it."""
        whole = whole_of(self.model)
        inlines = {inline.model for inline in self.inlines}
        models = {ROOT: self.model} | {part.name: part.model for part in whole.parts if part.model in inlines}
        return {
            name: {pk: {key: values[key] for key in whole.seen(models[name])} for pk, values in rows.items()}
            for name, rows in whole.state_of(root).items()
            if name in models
        }

    def _signed(self, root, state):
        return signing.dumps(state, salt=self._salt(root), compress=True)

    def _opened(self, request, root) -> State | None:
        """None where the form carries no state that we wrote for this row: then nobody knows who changed what."""
        try:
            return signing.loads(request.POST.get(OPENED, ""), salt=self._salt(root))
        except signing.BadSignature:
            return None

    def _salt(self, root):
        return f"{__name__}:{root._meta.label_lower}:{root.pk}"


class Merge:
    """A form that was sent, brought together with what somebody else saved since it was opened.

    ``data`` is the form to show: as sent, with what only they changed. ``clashes`` are the fields that both changed, in words,
    ``theirs`` is what was taken over, ``lost`` what was typed into rows that are gone. ``beside`` says under the name of a
    field what they wrote there.
    """

    def __init__(self, model_admin, request, root, opened: State | None, now: State):
        self.admin, self.request, self.root = model_admin, request, root
        self.whole, self.opened, self.now = whole_of(model_admin.model), opened, now
        self.data = request.POST.copy()
        self._both: list[tuple[Change, str]] = []
        self._lost: list[Change] = []
        self._merge_root()
        for formset in self._formsets():
            self._merge_rows(formset)
        self._say()

    # --- The form -----------------------------------------------------------------------------------------------------

    def _merge_root(self):
        fields = flatten_fieldsets(self.admin.get_fieldsets(self.request, self.root))
        form = self.admin.get_form(self.request, self.root, change=True, fields=fields)(instance=self.root)
        ((pk, now),) = self.now[ROOT].items()
        opened = self.opened[ROOT].get(pk) if self.opened else None
        self._merge_fields(form, "", ROOT, pk, opened, now)

    def _formsets(self) -> Iterator[tuple]:
        """The lists of the form as they are in the database now, each with the name of its part."""
        names = {part.model: part.name for part in self.whole.parts}
        formsets, inlines = self.admin._create_formsets(self.request, self.root, change=True)
        for formset, inline in zip(formsets, inlines, strict=True):
            formset.part = names[inline.model]
            yield type(formset)(instance=self.root, prefix=formset.prefix, queryset=formset.queryset), formset.part

    def _merge_rows(self, found):
        formset, part = found
        sent = self._rows_sent(formset)
        for key in [key for key in self.data if re.match(rf"{re.escape(formset.prefix)}-\d+-", key)]:
            del self.data[key]
        key_name = formset.model._meta.pk.name
        there = {str(form.instance.pk): form for form in formset.initial_forms}
        kept = [*there, *(row for row in sent if row.startswith("new"))]
        for place, row in enumerate(kept):
            prefix = f"{formset.prefix}-{place}-"
            for name, values in sent.get(row, {}).items():
                self.data.setlist(prefix + name, values)
            if row in there:
                self.data[prefix + key_name] = row
                self._merge_row(there[row], prefix, part, row, was_sent=row in sent)
        for row in sent.keys() - set(kept):
            self._let_go(formset, part, row, sent[row])
        self.data[f"{formset.prefix}-{TOTAL_FORM_COUNT}"] = str(len(kept))
        self.data[f"{formset.prefix}-{INITIAL_FORM_COUNT}"] = str(len(there))

    def _rows_sent(self, formset) -> dict[str, dict[str, list[str]]]:
        """What was typed into each row, by its number in the database; rows that were added here are new-0, new-1, ..."""
        rows: dict[int, dict[str, list[str]]] = {}
        for key, values in self.data.lists():
            if found := re.fullmatch(rf"{re.escape(formset.prefix)}-(\d{{1,3}})-(\w+)", key):
                rows.setdefault(int(found[1]), {})[found[2]] = values
        sent = {}
        for place in sorted(rows)[:_MOST_ROWS]:
            row = rows[place].pop(formset.model._meta.pk.name, [""])[0]
            sent[row if row.isdecimal() else f"new-{place}"] = rows[place]
        return sent

    def _merge_row(self, form, prefix, part, row, *, was_sent):
        now = self.now[part][row]
        opened = self.opened[part].get(row) if self.opened else None
        if not was_sent:
            # Added by them, or left out of the form that was sent.
            for name in self._names_in(form, now):
                self.data.setlist(prefix + name, _as_sent(form, name, now[name]))
            return
        if prefix + DELETION_FIELD_NAME in self.data:
            if opened != now:
                change = Change(part, row, "", opened or now, None, now)
                self._both.append((change, ""))
            return
        self._merge_fields(form, prefix, part, row, opened, now)

    def _merge_fields(self, form, prefix, part, row, opened, now):
        for name in self._names_in(form, now):
            field, key = form.fields[name], prefix + name
            if field.widget.value_omitted_from_data(self.data, {}, key):
                self.data.setlist(key, _as_sent(form, name, now[name]))
                continue
            typed = field.widget.value_from_datadict(self.data, {}, key)
            if (opened and _same(opened[name], now[name])) or not _differs(form, name, now[name], typed):
                continue
            if opened and not _differs(form, name, opened[name], typed):
                self.data.setlist(key, _as_sent(form, name, now[name]))
            else:
                self._both.append((Change(part, row, name, now[name], typed, now), key))

    def _let_go(self, formset, part, row, sent):
        """A row that they took out; what was typed into it is told."""
        opened = self.opened[part].get(row) if self.opened else None
        form, typed = formset.empty_form, {}
        for name in self._names_in(form, dict.fromkeys(self.whole.seen(formset.model))):
            if name in sent:
                value = form.fields[name].widget.value_from_datadict(_Row(sent), {}, name)
                if not opened or _differs(form, name, opened[name], value):
                    typed[name] = value
        if typed and DELETION_FIELD_NAME not in sent:
            self._lost.append(Change(part, row, "", typed, None, (opened or {}) | typed))

    def _names_in(self, form: Form, values) -> list[str]:
        return [name for name, field in form.fields.items() if name in values and not field.disabled]

    # --- In words -----------------------------------------------------------------------------------------------------

    def _say(self):
        both = {(change.part, change.row, change.column) for change, _key in self._both}
        changes = list(self.whole.changes(self.opened, self.now)) if self.opened else []
        theirs = [change for change in changes if change[:3] not in both]
        words = Words(self.admin, self.request, [*theirs, *(change for change, _key in self._both), *self._lost])
        self.theirs = [words.line(change) for change in theirs]
        self.lost = [line._replace(old="", new=line.old) for line in map(words.line, self._lost)]
        self.clashes = [(words.line(change), key) for change, key in self._both]
        saved = newest(self.whole, [self.root.pk]).get(str(self.root.pk))
        self.who = saved.who if saved else ""
        self.at = date_format(localtime(saved.at), "DATETIME_FORMAT") if saved else ""
        self.explanation = _(
            "Nothing is saved yet: somebody else saved this while you had it open. See above, then save."
        )
        self.beside = {
            key: _("Saved there meanwhile: %(text)s") % {"text": line.old or _("(nothing)")}
            for line, key in self.clashes
            if key and "-" not in key
        }


class _Row(dict):
    """What was sent of one row, as widgets read it."""

    def get(self, name, default=None):
        return self.getlist(name)[-1] if self.getlist(name) else default

    def getlist(self, name):
        return super().get(name, [])


def _same(one: Any, other: Any) -> bool:
    """Forms write an empty text where there was none; nobody changed anything then."""
    return one == other or (one in _NO_VALUES and other in _NO_VALUES)


def _initial(form, name, value):
    """A value of a state as the field of a form takes it."""
    column = form._meta.model._meta.get_field(name)
    return value if column.many_to_many or column.many_to_one or value is None else column.to_python(value)


def _differs(form, name, value, typed) -> bool:
    return form.fields[name].has_changed(_initial(form, name, value), typed)


def _as_sent(form, name, value) -> list[str]:
    """A value of a state as a browser sends it."""
    prepared = form.fields[name].prepare_value(_initial(form, name, value))
    if prepared in (None, False, ""):
        return []
    if prepared is True:
        return ["on"]
    return [str(each) for each in prepared] if isinstance(prepared, list) else [str(prepared)]
