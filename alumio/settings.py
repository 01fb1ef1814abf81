"""Django's settings. Everything that differs between machines comes from the environment.

The variables are listed in README.md. Nothing has to be set: without any, the platform runs on
SQLite and a private Redis-compatible server, both in the data folder.
"""

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
from celery.schedules import crontab

from alumio import bundled_redis, environment, keys

BASE_DIR = Path(__file__).resolve().parent.parent
ALUMIO_DATA = environment.folder("ALUMIO_DATA", BASE_DIR / "var")
ALUMIO_PORT = environment.number("PORT", 8000, 1, 65535)
ALUMIO_HTTPS = environment.flag("ALUMIO_HTTPS", False)
# Who may be called by HTTP inside private networks, for example "10.0.0.0/8, 127.0.0.1:9000".
ALUMIO_ALLOWED_NETWORKS = environment.words("ALUMIO_ALLOWED_NETWORKS")
# Proxies whose X-Forwarded-For is believed, for example "127.0.0.1, 10.0.0.0/8".
ALUMIO_TRUSTED_PROXIES = environment.networks("ALUMIO_TRUSTED_PROXIES")
# Seconds: after so much silence a running process is lost; a worker looks at the queue at least so
# often, and repairs and ticks so often.
ALUMIO_LEASE_SECONDS = 20.0
ALUMIO_POLL_SECONDS = 10.0
ALUMIO_SWEEP_SECONDS = 15.0
ALUMIO_PREVENT_DUPLICATE_JOBS = environment.flag("ALUMIO_PREVENT_DUPLICATE_JOBS", True)
# Bytes of compact JSON; a larger entity is rejected. A route may have a limit of its own.
ALUMIO_MAX_ENTITY_BYTES = environment.number(
    "ALUMIO_MAX_ENTITY_BYTES", 10_000_000, 1, 1_000_000_000
)
# Web processes, and threads in each of them that answer requests.
ALUMIO_WEB_WORKERS = environment.number("ALUMIO_WEB_WORKERS", 2, 1, 64)
ALUMIO_WEB_THREADS = environment.number("ALUMIO_WEB_THREADS", 8, 1, 256)
# Calls of a webhook that may wait to be read; past that they are answered with 429. A webhook may
# have a limit of its own.
ALUMIO_WEBHOOK_MAX_WAITING = environment.number(
    "ALUMIO_WEBHOOK_MAX_WAITING", 1_000_000, 1, 1_000_000_000
)
ALUMIO_DEMO = environment.flag("ALUMIO_DEMO", True)

SECRET_KEY = keys.secret_key("SECRET_KEY", ALUMIO_DATA)
ALUMIO_FERNET_KEYS = keys.fernet_keys("ALUMIO_FERNET_KEYS", ALUMIO_DATA)
DEBUG = environment.flag("ALUMIO_DEBUG", False)

# ---------------------------------------------------------------- apps, pages

INSTALLED_APPS = [
    "alumio",
    "transformers",
    "connectors",
    "routes",
    "tasks",
    "scheduler",
    "alumio.builder",
    "alumio.demo",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_celery_beat",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "alumio.csp.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "alumio.urls"
WSGI_APPLICATION = "alumio.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# The route builder posts nested forms: many fields, all by signed-in editors.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024

# ---------------------------------------------------------------- database

DATABASES = {
    "default": {
        **dj_database_url.parse(os.environ.get("DATABASE_URL") or "sqlite://"),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
}
if not os.environ.get("DATABASE_URL"):
    DATABASES["default"]["NAME"] = ALUMIO_DATA / "alumio.sqlite3"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {
        "OPTIONS": {
            # Take the write lock when a transaction begins: waiting works, upgrading later fails.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            ),
        },
        # A file, as in production: in memory the locks work differently.
        "TEST": {"NAME": ALUMIO_DATA / "test.sqlite3"},
    }
else:
    # A worker that is frozen within a transaction would hold up who repairs what it left: its locks
    # are freed when its lease has run out anyway.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
        "options", f"-c idle_in_transaction_session_timeout={ALUMIO_LEASE_SECONDS * 1000:.0f}"
    )
    # A server that is gone without a word would be waited for a quarter of an hour. Seconds, and
    # milliseconds at last.
    DATABASES["default"]["OPTIONS"] = {
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 25_000,
        **DATABASES["default"]["OPTIONS"],
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---------------------------------------------------------------- static files

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "npm.finders.NpmFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Browser libraries are served as published, straight out of node_modules.
NPM_ROOT_PATH = BASE_DIR
NPM_STATIC_FILES_PREFIX = "vendor"
NPM_FINDER_USE_CACHE = True
NPM_FILE_PATTERNS = {
    "@tabler/core": ["dist/css/tabler.min.css*", "dist/js/tabler*.min.js*"],
    "@tabler/icons-webfont": ["dist/tabler-icons.min.css*", "dist/fonts/tabler-icons.*"],
    "@alpinejs/csp": ["dist/cdn.min.js"],
    "sortablejs": ["Sortable.min.js"],
    "tom-select": [
        "dist/css/tom-select.bootstrap5.min.css*",
        "dist/js/tom-select.complete.min.js*",
    ],
    "cronstrue": ["dist/cronstrue.min.js"],
    "chart.js": ["dist/chart.umd.min.js*"],
}

# ---------------------------------------------------------------- users, security

AUTH_USER_MODEL = "alumio.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"

# Ten wrong passwords for one account from one address lock that pair for a quarter of an hour.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "alumio.client_address.address_of"
AXES_LOCKOUT_CALLABLE = "alumio.views.locked_out"

# This machine's own names are always among them: health checks use them.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *environment.words("ALUMIO_ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = [
    f"https://{host.replace('*', '', 1).lstrip('.')}"
    for host in ALLOWED_HOSTS
    if ALUMIO_HTTPS and host != "*"
]
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "alumio.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# TLS ends at a proxy in front of the platform. ALUMIO_HTTPS=1 says that there is one: cookies go
# over HTTPS only, other requests are sent there, and X-Forwarded-Proto of the proxy is believed.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = ALUMIO_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALUMIO_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if ALUMIO_HTTPS else 0
# What this machine asks itself: health checks, the demo's connections.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^demo/(shop|erp)/"]
# The subdomains of this host are not ours to force to HTTPS, nor to enter in browsers' lists; and
# SQLite makes indexes without the columns that PostgreSQL keeps in them beside the key.
SILENCED_SYSTEM_CHECKS = ["models.W040", "security.W005", "security.W021"]
if not ALUMIO_HTTPS:
    # HSTS, redirect, secure cookies: they would lock out whoever opens http://127.0.0.1:8000.
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]

# ---------------------------------------------------------------- time, language

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# ---------------------------------------------------------------- REST

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "alumio.api_keys.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["alumio.api_json.ExactParser"],
    "DEFAULT_RENDERER_CLASSES": ["alumio.api_json.ExactRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Alumio",
    "DESCRIPTION": "Incomings, outgoings, routes, tasks and processes of the integration platform.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["alumio.openapi.api_only"],
    "POSTPROCESSING_HOOKS": ["alumio.openapi.add_shapes"],
    "SWAGGER_UI_DIST": "SIDECAR",
    # Closed groups: Swagger draws a hundred open doors and then stops.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none"},
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# ---------------------------------------------------------------- jobs

REDIS_URL = os.environ.get("REDIS_URL") or bundled_redis.url(ALUMIO_DATA)
CELERY_BROKER_URL = bundled_redis.broker_url(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    # Kombu's own values look for messages of dead workers only every 100 seconds.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Jobs are acknowledged before they start, so there is none to cancel; False warns at each loss.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    # The only entry there is: the tick works out from the scheduled jobs' rows what is due.
    "tick": {
        "task": "scheduler.jobs.tick",
        "schedule": crontab(),
        "options": {"expires": 55},
    },
}
CELERY_BEAT_MAX_LOOP_INTERVAL = 30

# ---------------------------------------------------------------- logging

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "alumio.loglines.LineFormatter",
            "format": "{asctime} {levelname:<7} {name}: {message}",
            "style": "{",
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("ALUMIO_LOG_LEVEL", "INFO").upper()},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "axes": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "django_celery_beat": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
    },
}
