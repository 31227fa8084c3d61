"""Reads the site's settings from the environment and from the file .env, and writes a first .env.

Run as a program (``python -m careers.env``) it writes one to try the site on this machine, and leaves an existing one alone.
For a site that is served, ``manage.py init_site`` does; it begins here, because there are no settings before there is a file.
"""

import argparse
import importlib
import os
import re
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
ENV_FILE = BASE_DIR / ".env"
ENV_EXAMPLE = BASE_DIR / ".env.example"
HOST = re.compile(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII | re.IGNORECASE)
DATABASES = ("postgres://", "postgresql://", "sqlite://")
DATABASE_URL = re.compile(r"(postgres(ql)?|sqlite)://\S+")


class Environment(environ.Env):
    """Names the variable that cannot be read; never its value, which can hold a password."""

    def get_value(self, var, *arguments, **options):
        try:
            return super().get_value(var, *arguments, **options)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} cannot be what it is. See .env.example for what it may be") from error

    def db_url(self, var, *arguments, **options):
        if self.ENVIRON.get(var) and not self.ENVIRON[var].startswith(DATABASES):
            raise ImproperlyConfigured(f"{var} has to look like postgres://user:password@host/name or sqlite:////path")
        return super().db_url(var, *arguments, **options)

    db = db_url


def read_environment() -> Environment:
    """The environment, completed by .env; a variable that is set in both keeps the value of the environment."""
    if ENV_FILE.exists():
        Environment.read_env(ENV_FILE)
    return Environment()


def refuse_unreadable_settings() -> None:
    """End the process in words where a setting in .env cannot be what it is: no command works, and none could say it."""
    try:
        importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except (ImproperlyConfigured, OSError) as error:
        sys.exit(f"The settings cannot be used: {str(error).rstrip('.')}.\nMend them in {ENV_FILE}.")


def write_env(**values: str) -> None:
    """Write .env from .env.example with a new secret key and these values. Raises FileExistsError."""
    text = ENV_EXAMPLE.read_text()
    # A key that starts with "$" would be taken as the name of another variable; token_urlsafe never does.
    for name, value in {"SECRET_KEY": secrets.token_urlsafe(50), **values}.items():
        text = re.sub(rf"^(# )?{name}=.*$", lambda _line, name=name, value=value: f"{name}={value}", text, flags=re.M)
    with os.fdopen(os.open(ENV_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def write_first_env() -> str:
    """Write .env to try the site with, and say what was done."""
    if ENV_FILE.exists():
        return f"{ENV_FILE.name} exists and was left as it is."
    write_env()
    return f"Wrote {ENV_FILE.name} with a new secret key."


# --- A site that is served --------------------------------------------------------------------------------------------


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``manage.py init_site``."""
    parser.add_argument("--host", help="The site's name, such as careers.district.example; several with commas.")
    parser.add_argument("--database-url", help="postgres://user:password@host/name; without it, SQLite.")
    parser.add_argument("--editor", help="The sign-in name of the first district editor.")
    parser.add_argument("--no-https", action="store_true", help="The site is only tried, on this machine.")


def begin_site(arguments: Sequence[str]) -> argparse.Namespace:
    """Write .env for a site that is served; asks for what the command's arguments leave out. Returns all options.

    Ends the process with words where something is wrong; nothing is written then.
    """
    parser = argparse.ArgumentParser(prog="manage.py init_site")
    add_arguments(parser)
    options = parser.parse_args(arguments)
    if ENV_FILE.exists():
        sys.exit(f"{ENV_FILE.name} exists and was left as it is. This site was begun already: see manage.py doctor.")
    options.host = options.host or _ask("Name of the site (such as careers.district.example): ", "--host")
    options.editor = options.editor or _ask("Sign-in name of the first district editor: ", "--editor")
    if not all(HOST.fullmatch(name) for name in options.host.split(",")):
        parser.error(f"“{options.host}” is not the name of a site. Write it without https:// and without a slash.")
    values = {"ALLOWED_HOSTS": options.host, "HTTPS": "false" if options.no_https else "true"}
    if options.database_url:
        if not DATABASE_URL.fullmatch(options.database_url):
            parser.error("--database-url has to look like postgres://user:password@host/name.")
        values["DATABASE_URL"] = options.database_url
    write_env(**values)
    sys.stdout.write(f"Wrote {ENV_FILE}. Keep a copy in a safe place: without its key, students' codes do not work.\n")
    return options


def _ask(question: str, option: str) -> str:
    if not sys.stdin.isatty():
        sys.exit(f"{option} is missing.")
    return input(question).strip()


if __name__ == "__main__":
    print(write_first_env())  # noqa: T201 (its one line of output)
