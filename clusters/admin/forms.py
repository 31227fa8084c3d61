"""Form parts of the admin that know what was shipped."""

from django import forms
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


class ReferenceForm(forms.ModelForm):
    """A form that can give a field back what was shipped.

    It does so before the row is checked: one restored figure may contradict another that stays edited.
    """

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        shipped = self.instance.shipped or {}
        for name in shipped.keys() & cleaned.keys():
            # A release may write "nothing" as null or as empty text; a field that stays empty was not edited.
            if cleaned[name] in (None, "") and shipped[name] in (None, ""):
                cleaned[name] = shipped[name]
        restored = self.data.get(RESTORE)
        if restored in shipped and restored in self.fields:
            self.errors.pop(restored, None)
            cleaned[restored] = shipped[restored]
            if restored not in self.changed_data:
                self.changed_data.append(restored)
        return cleaned


class LinkToRow(forms.Widget):
    """A row as text that leads to its form. It sends nothing."""

    def render(self, name, value, attrs=None, renderer=None):
        address = reverse(f"admin:{value._meta.app_label}_{value._meta.model_name}_change", args=[value.pk])
        return format_html('<a href="{}">{}</a>', address, value)


class LinkForm(forms.ModelForm):
    """A row that links two others, in the form of one of them.

    Where it leads is chosen once; on a row that exists it is text. A hundred choosers would cost a query each.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        chosen = [name for name in self.instance.NATURAL_KEY if name in self.fields and self.instance.pk]
        for field in self.fields.values():
            # The headings of a table are no labels to a screen reader, and no row may sound like another.
            parts = [str(capfirst(field.label)), *(str(getattr(self.instance, key)) for key in chosen)]
            getattr(field.widget, "widget", field.widget).attrs["aria-label"] = ": ".join(parts)
        for name in chosen:
            self.fields[name] = forms.Field(label=self.fields[name].label, disabled=True, widget=LinkToRow)
            self.initial[name] = getattr(self.instance, name)


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
