"""The second factor of an account: codes from an app on a phone (TOTP, RFC 6238), and codes on paper for a lost phone."""

from base64 import b32encode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django_otp import match_token
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from schools.audit import record
from schools.choices import AuditAction
from schools.models import User

PAPER_CODES = 10


def with_state(users: QuerySet[User]) -> QuerySet[User]:
    """Accounts that know whether they ask for a code, at no query of its own."""
    return users.annotate(asks_for_code=Exists(TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)))


def is_set_up(user: User) -> bool:
    """Whether the account asks for a code."""
    if not hasattr(user, "asks_for_code"):
        user.asks_for_code = TOTPDevice.objects.filter(user=user, confirmed=True).exists()
    return user.asks_for_code


def is_met(user: User | AnonymousUser) -> bool:
    """Whether this session has shown all that its account has to show."""
    if getattr(user, "otp_device", None):
        return True
    return not settings.SECOND_FACTOR_REQUIRED and not is_set_up(user)


def is_missing(user: User) -> bool:
    """Whether the account has to be given a second factor before it may do anything else."""
    return settings.SECOND_FACTOR_REQUIRED and not is_set_up(user)


def verify(user: User, code: str) -> Device | None:
    """The device that the code is from, each code being good for one time; None for a wrong one."""
    return match_token(user, "".join(code.split()).lower())


@transaction.atomic
def start(*, user: User) -> TOTPDevice:
    """A new key for the app. It does not count before a code from it was confirmed."""
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    return TOTPDevice.objects.create(user=user, name="app", confirmed=False)


def started(user: User) -> TOTPDevice | None:
    """The key that waits for its first code."""
    return TOTPDevice.objects.filter(user=user, confirmed=False).first()


def key_in_words(device: TOTPDevice) -> str:
    """The key as apps take it from the keyboard, in groups of four."""
    key = b32encode(device.bin_key).decode()
    return " ".join(key[place : place + 4] for place in range(0, len(key), 4))


@transaction.atomic
def confirm(*, user: User, code: str) -> TOTPDevice | None:
    """Ask for codes from now on, if ``code`` is from the key that was started; None if it is not."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or not device.verify_token("".join(code.split())):
        return None
    TOTPDevice.objects.filter(user=user, confirmed=True).delete()
    device.confirmed = True
    device.save()
    record(AuditAction.SECOND_FACTOR, by=user, subject=user, detail="Set up.")
    return device


@transaction.atomic
def make_paper_codes(*, user: User) -> list[str]:
    """Ten new codes for one use each. Those made before are good for nothing any more."""
    device, _created = StaticDevice.objects.select_for_update().get_or_create(user=user, defaults={"name": "paper"})
    device.token_set.all().delete()
    codes = [StaticToken.random_token() for _number in range(PAPER_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    record(AuditAction.SECOND_FACTOR, by=user, subject=user, detail="New codes on paper.")
    return codes


def paper_codes_left(user: User) -> int:
    return StaticToken.objects.filter(device__user=user).count()


@transaction.atomic
def remove(*, user: User, detail: str = "Removed.") -> bool:
    """Ask the account for no code any more. Returns whether it was asked for one."""
    was_set_up = TOTPDevice.objects.filter(user=user, confirmed=True).exists()
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    if was_set_up:
        record(AuditAction.SECOND_FACTOR, by=user, subject=user, detail=detail)
    return was_set_up
