"""Passwords of staff: how long they are, and one made up for a new account."""

import secrets

from django.contrib.auth import password_validation
from django.utils.translation import gettext as _

# Nobody takes a letter for a digit when it is read from a screen: no i, l, o, 0 or 1.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 5, 4


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    """Length is what makes a password strong; a sentence has it, and is kept in mind."""

    def get_help_text(self):
        return _("%(length)s characters or more; a sentence is fine.") % {"length": self.min_length}

    def get_error_message(self):
        return _("This password is too short. Write %(length)s characters or more; a sentence is fine.") % {
            "length": self.min_length
        }


def generate() -> str:
    """A new password of 24 characters, such as ``k7pm-x2dq-hh4c-w9se-tn3b``, with 99 bits of chance in it."""
    groups = ("".join(secrets.choice(ALPHABET) for _place in range(GROUP)) for _group in range(GROUPS))
    return "-".join(groups)
