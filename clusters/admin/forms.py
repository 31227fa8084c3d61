"""Form parts of the admin that know what was shipped."""

from django import forms
from django.db.models import Model
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

# The name of the buttons "Restore"; the value of each is the field to restore.
RESTORE = "_restore"


class TextOfLines(forms.CharField):
    """Text of several lines, each ended as releases end them.

    Browsers send two characters at the end of a line, and a text that nobody touched must not look edited.
    """

    def to_python(self, value):
        value = super().to_python(value)
        return value.replace("\r\n", "\n") if value else value


class ShippedForm(forms.ModelForm):
    """A form that knows that a release may write "nothing" as null or as empty text: what stays empty was not edited."""

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        shipped = self.instance.shipped or {}
        for name in shipped.keys() & cleaned.keys():
            if cleaned[name] in (None, "") and shipped[name] in (None, ""):
                cleaned[name] = shipped[name]
        return cleaned


class ReferenceForm(ShippedForm):
    """A form that can give a field back what was shipped.

    It does so before the row is checked: one restored figure may contradict another that stays edited.
    """

    def clean(self):
        cleaned = super().clean()
        shipped = self.instance.shipped or {}
        restored = self.data.get(RESTORE)
        if restored in shipped and restored in self.fields:
            self.errors.pop(restored, None)
            cleaned[restored] = shipped[restored]
            if restored not in self.changed_data:
                self.changed_data.append(restored)
        return cleaned


class ChosenOnce(forms.Widget):
    """What was chosen, as text; of a row, a link to its form. It sends nothing."""

    def __init__(self, choices=()):
        super().__init__()
        self.labels = dict(choices or ())

    def render(self, name, value, attrs=None, renderer=None):
        if not isinstance(value, Model):
            return format_html("{}", self.labels.get(value, value))
        address = reverse(f"admin:{value._meta.app_label}_{value._meta.model_name}_change", args=[value.pk])
        return format_html('<a href="{}">{}</a>', address, value)


class LinkForm(ShippedForm):
    """A row that links two others, in the form of one of them.

    Where it leads is chosen once; on a row that exists it is text. A hundred choosers would cost a query each.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        chosen = self.chosen_once() if self.instance.pk else []
        for field in self.fields.values():
            # The headings of a table are no labels to a screen reader, and no row may sound like another.
            parts = [str(capfirst(field.label)), *self.told_apart_by(chosen)]
            getattr(field.widget, "widget", field.widget).attrs["aria-label"] = ": ".join(parts)
        for name in chosen:
            choices = self.instance._meta.get_field(name).choices
            self.fields[name] = forms.Field(label=self.fields[name].label, disabled=True, widget=ChosenOnce(choices))
            self.initial[name] = getattr(self.instance, name)

    def chosen_once(self):
        """The fields of a saved row that stay as they are."""
        return [name for name in self.instance.NATURAL_KEY if name in self.fields]

    def told_apart_by(self, chosen):
        """What tells a saved row from the others of its table, in words."""
        displays = [getattr(self.instance, f"get_{name}_display", None) for name in chosen]
        rows = [getattr(self.instance, name) for name in chosen]
        return [str(display() if display else row) for display, row in zip(displays, rows, strict=True)]


class LinkFormSet(BaseInlineFormSet):
    """The links of one row. Those that came with a release cannot be deleted."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        delete = form.fields.get(DELETION_FIELD_NAME)
        if delete and form.instance.shipped is not None:
            delete.disabled = True
            delete.widget = forms.HiddenInput()
        elif delete and form.instance.pk:
            delete.widget.attrs["aria-label"] = _("Delete: %(row)s") % {"row": form.instance}

    def get_form_error(self):
        return _("This is in the list already. Choose another one.")
