"""Settings of the site: one file, in sections. What differs between installations comes from the environment (careers/env.py)."""

from pathlib import Path

from csp.constants import NONE, SELF

from careers import logs
from careers.env import BASE_DIR, read_environment

env = read_environment()

# --- Installation -----------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
HTTPS = env.bool("HTTPS", default=True)
# Everything the running site writes: the SQLite database and the collected static files.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(exist_ok=True)

# --- Apps and middleware ----------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    # Before the admin, which it teaches about translated fields.
    "modeltranslation",
    "careers.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    # runserver must not answer for static files in place of whitenoise, or development would differ from production.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "crispy_forms",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "reversion",
    "careers.apps.CareersConfig",
    "assessments",
    "clusters",
    "schools",
]

MIDDLEWARE = [
    # First, so that it sees every answer, and how long all of it took.
    "careers.logs.LogRequests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "careers.middleware.RefuseNulBytes",
    "careers.middleware.RefuseForeignWrites",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "schools.middleware.StaffSessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "careers.urls"
WSGI_APPLICATION = "careers.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["careers.templatetags.components", "careers.templatetags.fits", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# For parts of templates that are the same on every page, in the memory of each process. Not in development: whoever edits a
# template wants to see it.
CACHES = {
    "default": {"BACKEND": f"django.core.cache.backends.{'dummy.DummyCache' if DEBUG else 'locmem.LocMemCache'}"},
}

CRISPY_ALLOWED_TEMPLATE_PACKS = ["forms"]
CRISPY_TEMPLATE_PACK = "forms"
# A form that cannot be drawn is a bug to see, not a hole in the page.
CRISPY_FAIL_SILENTLY = False

# --- Database ---------------------------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Readers never wait for the writer, and a writer waits for its turn instead of failing.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
# A copy that follows the database, for reading public pages (careers/replica.py).
if env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = DATABASES["default"] | env.db("DATABASE_REPLICA_URL")
    DATABASE_ROUTERS = ["careers.replica.Router"]

# --- Page cache -------------------------------------------------------------------------------------------------------

# How much memory each worker gives to public pages (careers/pagecache.py); 0 keeps none. None in development: whoever edits
# a template wants to see it.
PAGE_CACHE_MEGABYTES = env.int("PAGE_CACHE_MEGABYTES", default=0 if DEBUG else 64)

# --- Sign-in ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "schools.User"
AUTHENTICATION_BACKENDS = ["schools.backends.StaffBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "schools.passwords.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "careers.sessions"
# Staff are signed out after so long without a click, and so long after they signed in.
STAFF_IDLE_MINUTES = 30
STAFF_SESSION_HOURS = 12
# Whether every member of staff has to sign in with a code from an app as well.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=False)
# How an app on a phone names the site.
OTP_TOTP_ISSUER = "Careers"
# Wrong codes slow a name down as wrong passwords do (schools/throttle.py). The waits of django-otp would come on top: they
# grow without end, and tell nobody.
OTP_TOTP_THROTTLE_FACTOR = 0
OTP_STATIC_THROTTLE_FACTOR = 0

# --- Students' results ------------------------------------------------------------------------------------------------

# Shown on /privacy/ and carried out by `manage.py purge_expired`.
RESULTS_KEPT_DAYS = env.int("RESULTS_KEPT_DAYS", default=30)

# --- Operations -------------------------------------------------------------------------------------------------------

# How many machines run the site. What is not in the database is not shared between them.
APP_SERVERS = env.int("APP_SERVERS", default=1)
LOGGING = logs.configuration(env.str("LOG_FORMAT", default="plain"))
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(VAR_DIR / "backups")))
BACKUP_KEEP_DAYS = env.int("BACKUP_KEEP_DAYS", default=30)
# A public key of age or gpg; empty for backups that whoever can read the file can read.
BACKUP_ENCRYPT_TO = env.str("BACKUP_ENCRYPT_TO", default="")

# --- Language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
# Content has a Spanish column before the pages do: LANGUAGES grows when the interface is translated too.
MODELTRANSLATION_LANGUAGES = ("en", "es")
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)

# --- Static files -----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# --- Security ---------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # The admin's own style sheet holds small images as data: addresses.
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
PERMISSIONS_POLICY = {
    feature: []
    for feature in ("browsing-topics", "camera", "geolocation", "microphone", "payment", "usb", "interest-cohort")
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# The reverse proxy of deploy guides sets this header on every request and drops what a visitor sends under its name.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

# --- Search engines, limits -------------------------------------------------------------------------------------------

# Staff forms with inlines (a pathway with a hundred occupations) send more fields than Django's default of 1,000.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
