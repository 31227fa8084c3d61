"""What staff can be to a school or to the district, and what is written down about what they do."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a member of staff may do. Each but the first is held at one school."""

    DISTRICT_EDITOR = "district-editor", _("District editor")
    SCHOOL_LEAD = "school-lead", _("School lead")
    COUNSELOR = "counselor", _("Counselor")
    VIEWER = "viewer", _("Viewer")

    @property
    def in_words(self):
        return {
            "district-editor": _("Edits everything that all schools share, and everything of every school."),
            "school-lead": _("Does what a counselor does, and says who else is a counselor of the school."),
            "counselor": _(
                "Edits the programs, courses, contacts and notes of the school. Reads what all schools share."
            ),
            "viewer": _("Reads what the school and the district have written, drafts as well. Changes nothing."),
        }[self.value]


class AuditAction(TextChoices):
    """What the audit log keeps."""

    SIGN_IN = "sign-in", _("Signed in")
    SIGN_OUT = "sign-out", _("Signed out")
    SIGN_IN_SLOWED = "sign-in-slowed", _("Sign-in slowed down after wrong passwords")
    PASSWORD = "password", _("Password changed")
    SECOND_FACTOR = "second-factor", _("Second factor changed")
    ACCOUNT = "account", _("Account changed")
    ROLE = "role", _("Role changed")
    PUBLISH = "publish", _("Published")
    UNPUBLISH = "unpublish", _("Taken from the public")
    DELETE = "delete", _("Deleted")
    REVERT = "revert", _("Taken back to an earlier version")
    IMPORT = "import", _("Imported")
    EXPORT = "export", _("Exported")
