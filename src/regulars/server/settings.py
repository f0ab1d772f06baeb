"""Django's settings, from the environment and the data folder alone.

REGULARS_DATA   the data folder (./regulars-data)
DATABASE_URL    a PostgreSQL of one's own instead of the embedded one
REGULARS_HOSTS  names the service answers to, with commas (localhost alone)
REGULARS_URL    the address by which members reach it, for links in messages (https:// and the first of the names)
REGULARS_API_RATE  requests a minute that one API key may send (6000; 0: as many as it likes)
REGULARS_WEBHOOK_NETWORKS  networks of the house that webhooks may reach all the same, with commas (10.1.2.0/24; none)
REGULARS_WEBHOOK_HTTP  1 where webhooks may go to http:// addresses too
REGULARS_PREPARE  0 where connections come from a pooler that lends them by transaction (1)
REGULARS_PORTAL_ORGANISATION  whose members' pages are at /my/, where there are several organisations (their choice)
REGULARS_SECOND_FACTOR  who must have one: administrators (whoever may manage access), or everybody
REGULARS_PROXY  1 where a trusted proxy ends TLS and sets X-Forwarded-Proto and X-Forwarded-For
REGULARS_TLS    1 where the web part itself ends TLS
"""

import os
from pathlib import Path
from typing import Any

from regulars.server.place import Place
from regulars.server.secrets import secret_if_made
from regulars.webhooks.addresses import Reach

PLACE = Place.here()
SECRET_KEY = secret_if_made(PLACE.secrets / "signing")
DEBUG = False
ALLOWED_HOSTS = [name for name in os.environ.get("REGULARS_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if name]
# Links in messages begin with it: nobody's request says which address members use.
_HERE = {"localhost", "127.0.0.1", "[::1]"}
PUBLIC_URL = os.environ.get("REGULARS_URL", "").rstrip("/") or next(
    (f"https://{name}" for name in ALLOWED_HOSTS if name not in _HERE and "*" not in name), "http://localhost:8000"
)
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]  # before Django's own words: the same manner of speaking throughout
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "regulars.journal",
    "regulars.access",
    "regulars.ledger",
    "regulars.members",
    "regulars.sales",
    "regulars.scorebook",
    "regulars.programme",
    "regulars.outreach",
    "regulars.care",
    "regulars.imports",
    "regulars.api",
    "regulars.console",
    "regulars.portal",
    "regulars.server",
]
MIDDLEWARE = [
    "regulars.server.requests.Requests",
    "regulars.api.requests.ApiRequests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "regulars.server.urls"
WSGI_APPLICATION = "regulars.server.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
# What a database of one's own asks for (sslmode …) goes on as it stands.
_DATABASE = PLACE.database()
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **_DATABASE,
        "ENGINE": "django.db.backends.postgresql",
        # Persistent connections in a pool: a till's call must not wait for a log-in to the database.
        # While the database is away a request waits 4 seconds at most, and a new try to reach it begins within 4.
        "OPTIONS": {
            "connect_timeout": "5",
            **_DATABASE["OPTIONS"],  # type: ignore[dict-item]
            "pool": {"min_size": 1, "max_size": 16, "timeout": 4, "reconnect_timeout": 4},
            # What a connection has asked five times is planned no more: a third of the time of a single posting.
            "prepare_threshold": 5 if os.environ.get("REGULARS_PREPARE", "1") == "1" else None,
        },
        "CONN_HEALTH_CHECKS": True,  # a connection that died with the database is not handed out
        "ATOMIC_REQUESTS": False,
    }
}
AUTH_USER_MODEL = "access.Staff"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
    )
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 2**20  # of a job with 10,000 bills; everything else takes less (see api.requests)
SCORES_MEMORY = os.environ.get("REGULARS_SCORES_MEMORY", "4GB")  # of the engine that scores; past it, it spills
UPLOADS = frozenset({"/import/files"})  # addresses that take files, written to the disk as they come
FILE_UPLOAD_HANDLERS = [
    "regulars.console.uploading.IntoDataFolder",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
IMPORTS_MEMORY = os.environ.get("REGULARS_IMPORTS_MEMORY", "1GB")  # of the engine that reads files that are brought
API_REQUESTS_PER_MINUTE = int(os.environ.get("REGULARS_API_RATE", "6000"))
WEBHOOK_REACH = Reach.read(
    os.environ.get("REGULARS_WEBHOOK_NETWORKS", ""), plain_http=os.environ.get("REGULARS_WEBHOOK_HTTP") == "1"
)
PORTAL_ORGANISATION = os.environ.get("REGULARS_PORTAL_ORGANISATION", "")
NEW_ADDRESS_DAYS = int(os.environ.get("REGULARS_NEW_ADDRESS_DAYS", "3"))  # before it opens a member's pages
UNDER_WAY = PLACE.data / "under-way.json"  # what fills the house from beside the server
OUTBOX_DAYS = int(os.environ.get("REGULARS_OUTBOX_DAYS", "30"))  # that letters and texts stay in files
SECOND_FACTOR = os.environ.get("REGULARS_SECOND_FACTOR", "administrators")
LOGIN_URL = "/login"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "script-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
BEHIND_PROXY = os.environ.get("REGULARS_PROXY") == "1"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_PROXY or os.environ.get("REGULARS_TLS") == "1"
CSRF_FAILURE_VIEW = "regulars.server.problems.stale_form"
LOGGING_CONFIG = None
