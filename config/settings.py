"""The one settings file. Everything that differs between installations is read from the environment, typed."""

from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF

from config.env import (
    BASE_DIR,
    VAR_DIR,
    env,
    ip_networks,
    is_production,
    long_enough,
    network_reads_per_day,
    network_urls,
    rate,
    secret,
)

PRODUCTION = is_production()
DEBUG = False
SECRET_KEY = secret("SECRET_KEY")
CREDENTIALS_KEY = secret("CREDENTIALS_KEY")
BASE_URL = env.str("SANAD_BASE_URL", default="http://127.0.0.1:8000")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
PUBLIC_FILES_URL = env.str("PUBLIC_FILES_URL", default=BASE_URL)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "chain",
    "accounts",
    "library",
    "campaigns",
    "publishing",
    "analytics",
    "portal",
    "demo",
    "operating",
]

MIDDLEWARE = [
    "config.request_ids.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # its random padding and masked CSRF tokens answer BREACH
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.signed_out.SignedOutMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.ActorMiddleware",
    "config.errors.DomainErrorMiddleware",
    "config.api.idempotency.IdempotencyMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "config.templatetags.sanad",
                "config.templatetags.agenda",
                "config.templatetags.charts",
                "publishing.templatetags.deliveries",
            ],
        },
    }
]

# Database. SQLite begins with a write lock: deferred transactions fail at once with several writers.
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'sanad.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Rows with all that they show join ten tables and are few: finding the best of all orders took longer than any.
    # What a page asks lies in memory: at 4, the cost of a turning disk, whole tables are read for a few of their rows.
    DATABASE_PLANNING = "-c join_collapse_limit=4 -c from_collapse_limit=4 -c jit=off -c random_page_cost=2"
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", DATABASE_PLANNING)
    if env.bool("DATABASE_PREPARED", default=False):  # a connection must stay with its client: docs/operations.md
        DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 3}
DATABASES["default"].setdefault("TEST", {})
if env.str("TEST_DB_SUFFIX", default=""):
    test_name = f"test_sanad_{env.str('TEST_DB_SUFFIX')}"
    on_sqlite = DATABASES["default"]["ENGINE"].endswith("sqlite3")
    DATABASES["default"]["TEST"]["NAME"] = str(VAR_DIR / f"{test_name}.sqlite3") if on_sqlite else test_name
    DATABASES["default"]["TEST"]["TEMPLATE"] = env.str("TEST_DB_TEMPLATE", default="")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sessions, lock-outs and rate limits live in the database: losing the broker loses nothing.
# Django empties a third of a table of more than 300 rows, counts in force included; it counts them at each write.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "chain_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env.int("SESSION_COOKIE_AGE", default=60 * 60 * 12)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked on the machine itself, behind the proxy
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_LOGOUT_ON_GET = False
MFA_ADAPTER = "accounts.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Sanad"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
SECOND_FACTOR_SECONDS = 900

# Language: Arabic first
LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", "العربية"), ("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
# Months begin here when the crescent is seen, usually a day after the computed (Umm al-Qura) calendar.
HIJRI_OFFSET_DAYS = env.int("HIJRI_OFFSET_DAYS", default=-1)

# Files
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 31_536_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# Mail
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Sanad <sanad@localhost.localdomain>")
EMAIL_TIMEOUT = 10

# Broker: only a messenger; the database says what is due and what was sent.
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 15,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 3,
    "global_keyprefix": env.str("BROKER_PREFIX", default="sanad:"),
}
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ROUTES = {
    "publishing.tasks.publish": {"queue": "publishing"},
    "publishing.tasks.reconcile": {"queue": "publishing"},
    "publishing.tasks.check_processing": {"queue": "publishing"},
    "publishing.tasks.delete": {"queue": "publishing"},
    "publishing.tasks.delete_copy": {"queue": "publishing"},
    "publishing.tasks.correct": {"queue": "publishing"},
    "publishing.tasks.look_ahead_at": {"queue": "default"},
    "publishing.tasks.probe": {"queue": "publishing"},
    "publishing.tasks.probe_host": {"queue": "publishing"},
    "publishing.tasks.run_bulk": {"queue": "default"},
    "publishing.tasks.watch_the_watchdog": {"queue": "default"},
    "publishing.tasks.*": {"queue": "clock"},
    "analytics.tasks.*": {"queue": "metrics"},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Networks
NETWORK_URLS = network_urls()
NETWORK_READS_PER_DAY = network_reads_per_day()
NETWORKS_ALLOW_PRIVATE_HOSTS = env.bool("NETWORKS_ALLOW_PRIVATE_HOSTS", default=False)

# Publishing: times in seconds, settings so that tests and drills shorten them.
PUBLISHING_TICK_SECONDS = env.float("PUBLISHING_TICK_SECONDS", default=0.5)
PUBLISHING_SWEEP_SECONDS = env.float("PUBLISHING_SWEEP_SECONDS", default=5.0)
PUBLISHING_DISPATCH_SECONDS = env.float("PUBLISHING_DISPATCH_SECONDS", default=30.0)
PUBLISHING_PREPARE_LEASE_SECONDS = env.float("PUBLISHING_PREPARE_LEASE_SECONDS", default=60.0)
PUBLISHING_CONNECT_TIMEOUT = env.float("PUBLISHING_CONNECT_TIMEOUT", default=5.0)
PUBLISHING_READ_TIMEOUT = env.float("PUBLISHING_READ_TIMEOUT", default=20.0)
PUBLIC_FILES_SECONDS = env.float("PUBLIC_FILES_SECONDS", default=6 * 3600.0)
PUBLISHING_SEND_MARGIN_SECONDS = env.float("PUBLISHING_SEND_MARGIN_SECONDS", default=15.0)
PUBLISHING_FIRST_LOOK_SECONDS = env.float("PUBLISHING_FIRST_LOOK_SECONDS", default=5.0)
PUBLISHING_RECONCILE_GAP_SECONDS = env.float("PUBLISHING_RECONCILE_GAP_SECONDS", default=30.0)
PUBLISHING_BREAKER_LIMIT = env.int("PUBLISHING_BREAKER_LIMIT", default=3)
PUBLISHING_BREAKER_PROBE_SECONDS = env.float("PUBLISHING_BREAKER_PROBE_SECONDS", default=30.0)
PUBLISHING_OVERDUE_ALERT_SECONDS = env.float("PUBLISHING_OVERDUE_ALERT_SECONDS", default=90.0)
PUBLISHING_LOOK_AHEAD_SECONDS = env.float("PUBLISHING_LOOK_AHEAD_SECONDS", default=1800.0)
PUBLISHING_LATE_AFTER_SECONDS = env.float("PUBLISHING_LATE_AFTER_SECONDS", default=120.0)
PUBLISHING_SPACING_SECONDS = env.float("PUBLISHING_SPACING_SECONDS", default=300.0)
PUBLISHING_RETRY_SECONDS = env.float("PUBLISHING_RETRY_SECONDS", default=30.0)
PUBLISHING_RETRY_MAX_SECONDS = env.float("PUBLISHING_RETRY_MAX_SECONDS", default=900.0)
PUBLISHING_WAIT_MAX_SECONDS = env.float("PUBLISHING_WAIT_MAX_SECONDS", default=86400.0)
PUBLISHING_PREPARE_TRIES = env.int("PUBLISHING_PREPARE_TRIES", default=6)
PUBLISHING_READY_DEADLINE_SECONDS = env.float("PUBLISHING_READY_DEADLINE_SECONDS", default=43_200.0)
PUBLISHING_LOOK_UPS_BEFORE_CARD = env.int("PUBLISHING_LOOK_UPS_BEFORE_CARD", default=5)
PUBLISHING_PROCESSING_DEADLINE_SECONDS = env.float("PUBLISHING_PROCESSING_DEADLINE_SECONDS", default=1800.0)
PUBLISHING_HAND_REMIND_SECONDS = env.float("PUBLISHING_HAND_REMIND_SECONDS", default=1800.0)
PUBLISHING_HAND_ALERT_SECONDS = env.float("PUBLISHING_HAND_ALERT_SECONDS", default=3600.0)
PUBLISHING_HAND_DEADLINE_SECONDS = env.float("PUBLISHING_HAND_DEADLINE_SECONDS", default=7200.0)
PUBLISHING_HAND_LATER_SECONDS = env.float("PUBLISHING_HAND_LATER_SECONDS", default=3600.0)
CHANNEL_DISCLOSURE_SECONDS = env.float("CHANNEL_DISCLOSURE_SECONDS", default=604800.0)
CHANNEL_DISCLOSURE_GRACE_SECONDS = env.float("CHANNEL_DISCLOSURE_GRACE_SECONDS", default=86400.0)
EXPIRY_CHECK_SECONDS = env.float("EXPIRY_CHECK_SECONDS", default=3600.0)
PUBLISHING_BULK_LEASE_SECONDS = env.float("PUBLISHING_BULK_LEASE_SECONDS", default=30.0)
CHANNEL_CHECK_SECONDS = env.float("CHANNEL_CHECK_SECONDS", default=7 * 86400.0)
CHANNEL_TICK_SECONDS = env.float("CHANNEL_TICK_SECONDS", default=60.0)
WATCHDOG_INTERVAL_SECONDS = env.float("WATCHDOG_INTERVAL_SECONDS", default=15.0)
HEARTBEAT_STALE_SECONDS = env.float("HEARTBEAT_STALE_SECONDS", default=60.0)
WORKER_DEAF_SECONDS = env.float("WORKER_DEAF_SECONDS", default=60.0)
SEAL_INTERVAL_SECONDS = env.float("SEAL_INTERVAL_SECONDS", default=1.0)
METRICS_TICK_SECONDS = env.float("METRICS_TICK_SECONDS", default=15.0)
METRICS_PAID_READS_PER_DAY = env.int("METRICS_PAID_READS_PER_DAY", default=200)
METRICS_CADENCE_SPEED = env.float("METRICS_CADENCE_SPEED", default=1.0)

# Media limits at upload
MEDIA_MAX_BYTES = 10 * 1024 * 1024
MEDIA_MAX_PIXELS = 40_000_000
VIDEO_MAX_BYTES = env.int("VIDEO_MAX_BYTES", default=512 * 1024 * 1024)
VIDEO_TOOL_SECONDS = env.float("VIDEO_TOOL_SECONDS", default=15.0)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.ApiTokenAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "config.api.description.Described",
    "DEFAULT_FILTER_BACKENDS": ["accounts.api_filters.FilterBackend", "accounts.api_filters.Ordering"],
    "DEFAULT_PAGINATION_CLASS": "config.api.pages.Pages",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "config.api.problems.problem_response",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_THROTTLE_CLASSES": [
        "config.api.throttling.Strangers",
        "config.api.throttling.People",
        "config.api.throttling.Uploads",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anonymous": rate("API_ANONYMOUS_RATE", "60/min"),
        "person": rate("API_RATE", "600/min"),
        "upload": rate("API_UPLOAD_RATE", "60/min"),
    },
    "NUM_PROXIES": 1 if BEHIND_PROXY else 0,  # else a stranger would choose the address that it is counted by
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sanad",
    "DESCRIPTION": "What the pages do, the API does.",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "CampaignStateEnum": "campaigns.lifecycle.CampaignState",
        "VariantStateEnum": "campaigns.lifecycle.VariantState",
        "DeliveryStateEnum": "publishing.lifecycle.DeliveryState",
        "PartStateEnum": "publishing.lifecycle.PartState",
        "ChannelStateEnum": "publishing.lifecycle.ChannelState",
        "LatenessPolicyEnum": "campaigns.models.LatenessPolicy",
        "SlotStateEnum": "publishing.lifecycle.SlotState",
        "MessengerKindEnum": "campaigns.models.MessengerKind",
        "NarrativeKindEnum": "library.models.NarrativeKind",
        "CitationKindEnum": "library.models.CitationKind",
        "EntryKindEnum": "publishing.api_agenda_shapes.ENTRY_KINDS",
        "BulkKindEnum": "publishing.models.BulkKind",
        "BulkStateEnum": "publishing.lifecycle.BulkState",
        "HoldStateEnum": "chain.models.HoldState",
        "GrantStateEnum": "accounts.models.GrantState",
        "InvitationStateEnum": "accounts.models.InvitationState",
        "TokenStateEnum": "accounts.models.TokenState",
        "LanguageEnum": "accounts.models.Language",
        "RoleEnum": "accounts.capabilities.Role",
    },
}

# Who may read /metrics: these addresses (as this process sees them), or whoever has the token. Nobody else.
METRICS_TOKEN = long_enough("METRICS_TOKEN")
METRICS_ALLOWED = ip_networks("METRICS_ALLOWED")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "config.logs.Redact"}},
    "formatters": {
        "plain": {"()": "config.logs.PlainLine", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "config.logs.JsonLine"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.str("LOG_FORMAT", default="json" if PRODUCTION else "plain"),
            "filters": ["redact"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "gunicorn.http.wsgi": {"level": "ERROR"},  # it warns of each HEAD request, whose body it leaves out itself
        **{name: {"level": "WARNING"} for name in ("celery", "kombu", "amqp", "fontTools", "weasyprint")},
    },
}
