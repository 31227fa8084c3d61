"""Reads the site's settings from the environment and from the file .env.

Run as a program (``python -m careers.env``) it writes a first .env for this machine, with a fresh secret key, and leaves
an existing one alone.
"""

import secrets
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
ENV_FILE = BASE_DIR / ".env"
ENV_EXAMPLE = BASE_DIR / ".env.example"


def read_environment() -> environ.Env:
    """The environment, completed by .env; a variable that is set in both keeps the value of the environment."""
    if ENV_FILE.exists():
        environ.Env.read_env(ENV_FILE)
    return environ.Env()


def write_first_env() -> str:
    """Write .env from .env.example with a new secret key, and say what was done."""
    if ENV_FILE.exists():
        return f"{ENV_FILE.name} exists and was left as it is."
    # A key that starts with "$" would be taken as the name of another variable; token_urlsafe never does.
    text = ENV_EXAMPLE.read_text().replace("SECRET_KEY=", f"SECRET_KEY={secrets.token_urlsafe(50)}", 1)
    ENV_FILE.touch(mode=0o600)
    ENV_FILE.write_text(text)
    return f"Wrote {ENV_FILE.name} with a new secret key."


if __name__ == "__main__":
    print(write_first_env())  # noqa: T201 (its one line of output)
