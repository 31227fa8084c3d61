"""Editing of schools and of who works for them."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from schools.admin.audit import AuditEntryAdmin
from schools.admin.school import SchoolAdmin
from schools.admin.staff import MembershipAdmin, UserAdmin
from schools.models import AuditEntry, Membership, School, User

admin.site.register(School, SchoolAdmin)
admin.site.register(Membership, MembershipAdmin)
admin.site.register(User, UserAdmin)
admin.site.register(AuditEntry, AuditEntryAdmin)
# Roles say who may do what (schools/access.py); groups would be a second answer to the same question.
admin.site.unregister(Group)
# The second factor of an account is its owner's; nobody else reads its key.
admin.site.unregister([StaticDevice, TOTPDevice])
