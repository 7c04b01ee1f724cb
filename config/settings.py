"""The one settings file. Every value comes from the environment; the defaults are safe."""

import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import dj_database_url
from csp.constants import SELF
from django.utils.translation import gettext_lazy
from environs import Env, EnvError
from marshmallow.validate import OneOf, Range

from config.hosts import LOOPBACK_NAMES, is_loopback

# The phrase table of pypinyin costs 55 MiB a worker and is of no use for initials.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()


def stop(sentence: str) -> NoReturn:
    """End the start with one line: whoever reads it has a shell, not a stack trace."""
    sys.exit(f"法治台账无法启动：{sentence}")


def database(url: str) -> dict[str, object]:
    """What Django wants to know about the database behind ``url``."""
    try:
        found = dj_database_url.parse(url)
    except Exception as error:  # the library raises several kinds, each for a bad address
        raise EnvError(f'"{url}": {error}') from error
    engine = found["ENGINE"]
    if engine == "django.db.backends.sqlite3":
        found["OPTIONS"] = {
            **found.get("OPTIONS", {}),
            # A transaction that reads first and writes later could not wait for the lock.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            " PRAGMA foreign_keys=ON; PRAGMA busy_timeout=20000",
        }
    elif engine == "django.db.backends.postgresql":
        found["CONN_MAX_AGE"] = 60
        found["CONN_HEALTH_CHECKS"] = True
        found["OPTIONS"] = {"connect_timeout": 5, **found.get("OPTIONS", {})}
    else:
        raise EnvError(f'"{url}": sqlite:///… / postgresql://…')
    if not found["NAME"]:
        raise EnvError(f'"{url}": no database name')
    return found


def demo_key(path: Path) -> str:
    """The key of a trial: made once, kept where only its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key


try:
    DEBUG = env.bool("DEBUG", False)
    DEMO = env.bool("DEMO", False)
    VAR_ROOT = Path(env.str("VAR_ROOT", str(BASE_DIR / "var"))).resolve()
    SECRET_KEY = env.str("SECRET_KEY", "")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [])
    EVIDENCE_ROOT = Path(env.str("EVIDENCE_ROOT", str(VAR_ROOT / "evidence"))).resolve()
    EVIDENCE_MAX_MB = env.int("EVIDENCE_MAX_MB", 20, validate=Range(min=1, max=2000))
    IDLE_MINUTES = env.int("IDLE_MINUTES", 60, validate=Range(min=1, max=24 * 60))
    LOCKOUT_MINUTES = env.int("LOCKOUT_MINUTES", 15, validate=Range(min=1, max=24 * 60))
    TLS = env.bool("TLS", False)
    BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
    HSTS_SECONDS = env.int("HSTS_SECONDS", 0, validate=Range(min=0))
    CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
    EMAIL_HOST = env.str("SMTP_HOST", "")
    EMAIL_PORT = env.int("SMTP_PORT", 25, validate=Range(min=1, max=65535))
    EMAIL_HOST_USER = env.str("SMTP_USER", "")
    EMAIL_HOST_PASSWORD = env.str("SMTP_PASSWORD", "")
    SMTP_SECURITY = env.str("SMTP_SECURITY", "none", validate=OneOf(["none", "starttls", "tls"]))
    DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "")
    SITE_ADDRESS = env.str("SITE_ADDRESS", "").rstrip("/")
    VAR_ROOT.mkdir(parents=True, exist_ok=True)
except EnvError as error:
    stop(" ".join(str(error).split()))
except OSError as error:
    stop(f"VAR_ROOT: {error}")

try:
    DATABASES = {
        "default": database(env.str("DATABASE_URL", f"sqlite:///{VAR_ROOT / 'ledger.sqlite3'}"))
    }
except EnvError as error:
    stop(f"DATABASE_URL {error}")

if not SECRET_KEY and sys.argv[1:2] == ["preview_schedule"]:
    # Pure arithmetic at a desk: nothing is signed, nothing is stored, no key is needed.
    SECRET_KEY = secrets.token_urlsafe(50)
if not SECRET_KEY:
    if not DEMO:
        stop("缺少 SECRET_KEY / SECRET_KEY is missing (DEMO=1 only for a trial on this machine)")
    SECRET_KEY = demo_key(VAR_ROOT / "secret_key")
for host in ALLOWED_HOSTS:
    if not host or (any(character in host for character in "/: \t") and not host.startswith("[")):
        stop(f'ALLOWED_HOSTS "{host}": 只写主机名 / names only, no scheme, port or blank')
    if DEMO and not is_loopback(host):
        stop(f'ALLOWED_HOSTS "{host}": 演示模式只能用于本机 / DEMO is for loopback only')
ALLOWED_HOSTS = [*ALLOWED_HOSTS, *LOOPBACK_NAMES]
for origin in CSRF_TRUSTED_ORIGINS:
    if not origin.startswith(("http://", "https://")):
        stop(f'CSRF_TRUSTED_ORIGINS "{origin}": https://…')

if EMAIL_HOST and "@" not in DEFAULT_FROM_EMAIL:
    stop("设置了 SMTP_HOST 而缺少 MAIL_FROM / SMTP_HOST needs MAIL_FROM, an address")
if SITE_ADDRESS and not SITE_ADDRESS.startswith(("http://", "https://")):
    stop(f'SITE_ADDRESS "{SITE_ADDRESS}": https://…')

# ── What is installed ────────────────────────────────────────────────────────────────────────

INSTALLED_APPS = [
    "reports",
    "config.admin.LedgerAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_tables2",
    "django_filters",
    "simple_history",
    "axes",
    "csp",
    "js_lib_bootstrap5",
]

MIDDLEWARE = [
    "reports.views.middleware.demo_on_this_machine_only",
    "reports.views.health.healthz",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "reports.views.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "reports.views.middleware.IdleTime",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "reports.views.middleware.FirstPassword",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "django.template.context_processors.i18n",
                "reports.views.context.frame",
            ],
        },
    },
]
DJANGO_TABLES2_TEMPLATE = "reports/table.html"
FILTERS_EMPTY_CHOICE_LABEL = gettext_lazy("全部")

# ── Words, days ──────────────────────────────────────────────────────────────────────────────

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
FIRST_DAY_OF_WEEK = 1

# ── Files ────────────────────────────────────────────────────────────────────────────────────

STATIC_URL = "/static/"
STATIC_ROOT = VAR_ROOT / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Outside the static tree and without an address: files leave through a view that asks who.
    "evidence": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": EVIDENCE_ROOT, "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# Source maps are read by developers only; compressing them takes longer than all the rest.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "jpg", "gif", "gz", "br", "woff", "woff2"]
WHITENOISE_AUTOREFRESH = DEBUG
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# ── Mail: reminders alone, sent by `send_digest` and never by a page ─────────────────────────

EMAIL_USE_TLS = SMTP_SECURITY == "starttls"
EMAIL_USE_SSL = SMTP_SECURITY == "tls"
EMAIL_TIMEOUT = 20

# ── Who comes in ─────────────────────────────────────────────────────────────────────────────

LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "reports.views.backend.LedgerBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": "reports.forms.accounts.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=LOCKOUT_MINUTES)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "reports.views.middleware.client_address"
AXES_LOCKOUT_CALLABLE = "reports.views.account.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = TLS
CSRF_COOKIE_SECURE = TLS
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = TLS
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# ── What the browser may do ──────────────────────────────────────────────────────────────────

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: [] for feature in ("camera", "geolocation", "microphone", "payment", "usb")
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_SSL_REDIRECT = TLS
SECURE_HSTS_SECONDS = HSTS_SECONDS if TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # It remarks on every HEAD request that Django leaves the body to the server.
        "gunicorn.http": {"level": "ERROR"},
    },
}
