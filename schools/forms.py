"""Forms of staff: sign-in, the second factor, and who works for a school."""

from datetime import timedelta
from math import ceil

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AdminPasswordChangeForm, UserCreationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from schools import second_factor, throttle
from schools.models import Membership, User


def _slowed(wait: timedelta) -> ValidationError:
    seconds = ceil(wait.total_seconds())
    if seconds < 60:
        time = ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    else:
        minutes = ceil(seconds / 60)
        time = ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    message = _("There were too many wrong tries with this name. Wait for %(time)s, then try again.")
    return ValidationError(message, code="slowed", params={"time": time})


class CodeField(forms.CharField):
    """A code from an app or from paper."""

    def __init__(self, **kwargs):
        attributes = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attributes), **kwargs)


class SignInForm(AdminAuthenticationForm):
    """Name, password and, for an account that asks for it, a code: all that is wrong with them slows the name down."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _(
            "This name and password do not fit together. Capital and small letters are different. If you forgot your "
            "password, ask a district editor to set a new one."
        ),
    }

    code = CodeField(
        label=_("Code from your app, if you use one"),
        help_text=_("Leave it empty if you have set up none. One of your codes on paper is fine too."),
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Sign-in name")

    @sensitive_variables()
    def clean(self):
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if name and password and "code" in self.cleaned_data:
            try:
                self.user_cache = throttle.attempt(name, lambda: self._account(name, password))
            except throttle.Slowed as slowed:
                raise _slowed(slowed.wait) from slowed
            if self.user_cache is None and not self.errors:
                raise self.get_invalid_login_error()
        return self.cleaned_data

    @sensitive_variables()
    def _account(self, name, password):
        user = authenticate(self.request, username=name, password=password)
        if user is None or not user.is_staff:
            return None
        if second_factor.is_set_up(user):
            # Where django-otp looks for it when the session begins.
            user.otp_device = second_factor.verify(user, self.cleaned_data["code"])
            if user.otp_device is None:
                self.add_error("code", _("Write the code that your app shows now, or one of your codes on paper."))
                return None
        return user


class ConfirmCodeForm(forms.Form):
    """The first code from an app, which shows that it has the key."""

    code = CodeField(label=_("Code that the app shows now"), help_text=_("Six digits."))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_code(self):
        self.device = second_factor.confirm(user=self.user, code=self.cleaned_data["code"])
        if self.device is None:
            message = _("This is not the code of now. Wait for the next one. The clock of the phone has to be right.")
            raise ValidationError(message)
        return self.cleaned_data["code"]


class ConfirmPasswordForm(forms.Form):
    """The password once more, before the account is made less safe."""

    password = forms.CharField(
        label=_("Your password"),
        help_text=_("So that nobody does this at a computer that you left."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    @sensitive_variables("password")
    def clean_password(self):
        password = self.cleaned_data["password"]
        try:
            fits = throttle.attempt(self.user.get_username(), lambda: self.user.check_password(password))
        except throttle.Slowed as slowed:
            raise _slowed(slowed.wait) from slowed
        if not fits:
            raise ValidationError(_("This is not your password. Try again."))
        return password


class AccountForm(UserCreationForm):
    """A new account of staff, with a first password that its owner changes."""

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ["username", "first_name", "last_name", "email"]

    def save(self, commit=True):
        self.instance.is_staff = True
        return super().save(commit)


class SetPasswordForm(AdminPasswordChangeForm):
    """A new password for somebody else's account. Every account has one: there is no other way to sign in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)


class TypedAccountForm(forms.ModelForm):
    """A role for somebody whose sign-in name one knows: no list shows who else has an account."""

    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True, is_staff=True),
        to_field_name="username",
        label=_("Sign-in name"),
        help_text=_("As this person types it to sign in."),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off", "autocapitalize": "none"}),
        error_messages={
            "invalid_choice": _("There is no account with this sign-in name. Ask a district editor to make one.")
        },
    )

    class Meta:
        model = Membership
        fields = ["user", "school", "role"]
