"""The one settings file. Every value comes from the environment; the defaults are safe."""

import importlib.util
import os
import re
import secrets
import sys
from pathlib import Path
from typing import NoReturn

import dj_database_url
from csp.constants import SELF
from django.utils.translation import gettext_lazy
from environs import Env, EnvError
from marshmallow.validate import OneOf, Range

from config.hosts import LOOPBACK_NAMES, is_loopback
from reports import __version__
from reports.domain.sign_on import (
    CertificateName,
    SignOn,
    is_header_name,
    proxies_named,
)

# The phrase table of pypinyin costs 55 MiB a worker and is of no use for initials.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()


def release_at(path: Path) -> tuple[str, str]:
    """The name of a release and the moment it was made, as the archive it came in says."""
    lines = path.read_text().split() if path.is_file() else []
    return (lines[0], lines[1]) if len(lines) == 2 else (__version__, "")


RELEASE, RELEASED_AT = release_at(BASE_DIR / "VERSION")


def stop(sentence: str) -> NoReturn:
    """End the start with one line: whoever reads it has a shell, not a stack trace."""
    sys.exit(f"法治台账无法启动：{sentence}")


def database(url: str, *, pooled: bool = False) -> dict[str, object]:
    """What Django wants to know about the database behind ``url``.

    ``pooled``: PgBouncer in transaction mode stands before it, where nothing outlives a
    transaction, so cursors that the server keeps cannot be used.
    """
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
        found["DISABLE_SERVER_SIDE_CURSORS"] = pooled
        # A server that vanished without a word is noticed within half a minute.
        found["OPTIONS"] = {
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20000,
            **found.get("OPTIONS", {}),
        }
    else:
        raise EnvError(f'"{url}": sqlite:///… / postgresql://…')
    if not found["NAME"]:
        raise EnvError(f'"{url}": no database name')
    return found


def bucket(named: dict[str, str]) -> dict[str, object]:
    """The storage of evidence in a bucket; whatever is missing or wrong stops the start."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", named["BUCKET"]):
        stop(f'EVIDENCE_S3_BUCKET "{named["BUCKET"]}": 3—63 a—z 0—9 . -')
    if not re.fullmatch(r"https?://[^\s/]+/?", named["ENDPOINT"]):
        stop(f'EVIDENCE_S3_ENDPOINT "{named["ENDPOINT"]}": https://… ')
    if not re.fullmatch(r"[A-Za-z0-9-]*", named["REGION"]):
        stop(f'EVIDENCE_S3_REGION "{named["REGION"]}": a—z 0—9 -')
    keys = {name: env.str(name, "") for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    for name, value in keys.items():
        if not value:
            stop(f"设置了 EVIDENCE_S3_BUCKET 而缺少 {name} / EVIDENCE_S3_BUCKET needs {name}")
    if importlib.util.find_spec("storages") is None or importlib.util.find_spec("boto3") is None:
        stop("EVIDENCE_S3_BUCKET: pip install -r requirements-s3.txt")
    return {
        "BACKEND": "config.storages.EvidenceBucket",
        "OPTIONS": {
            "bucket_name": named["BUCKET"],
            "endpoint_url": named["ENDPOINT"],
            "region_name": named["REGION"] or "us-east-1",
            "access_key": keys["AWS_ACCESS_KEY_ID"],
            "secret_key": keys["AWS_SECRET_ACCESS_KEY"],
        },
    }


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
    STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_ROOT / "static"))).resolve()
    EVIDENCE_MAX_MB = env.int("EVIDENCE_MAX_MB", 20, validate=Range(min=1, max=2000))
    # What holds until the security administrator has set the rules of coming in.
    IDLE_MINUTES = env.int("IDLE_MINUTES", 60, validate=Range(min=5, max=12 * 60))
    LOCKOUT_MINUTES = env.int("LOCKOUT_MINUTES", 15, validate=Range(min=5, max=24 * 60))
    TLS = env.bool("TLS", False)
    BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
    HSTS_SECONDS = env.int("HSTS_SECONDS", 0, validate=Range(min=0))
    HSTS_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", True)
    SSO_MODE = SignOn(env.str("SSO_MODE", "off", validate=OneOf([*SignOn])))
    SSO_HEADER = env.str("SSO_HEADER", "X-Remote-User")
    SSO_CERTIFICATE_NAME = CertificateName(
        env.str("SSO_CERTIFICATE_NAME", "CN", validate=OneOf([*CertificateName]))
    )
    SSO_PASSWORD_LOGIN = env.bool("SSO_PASSWORD_LOGIN", True)
    CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
    EMAIL_HOST = env.str("SMTP_HOST", "")
    EMAIL_PORT = env.int("SMTP_PORT", 25, validate=Range(min=1, max=65535))
    EMAIL_HOST_USER = env.str("SMTP_USER", "")
    EMAIL_HOST_PASSWORD = env.str("SMTP_PASSWORD", "")
    SMTP_SECURITY = env.str("SMTP_SECURITY", "none", validate=OneOf(["none", "starttls", "tls"]))
    DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "")
    SITE_ADDRESS = env.str("SITE_ADDRESS", "").rstrip("/")
    DATABASE_POOLED = env.bool("DATABASE_POOLED", False)
    REPLICA_URL = env.str("REPLICA_URL", "")
    S3 = {
        name: env.str(f"EVIDENCE_S3_{name}", "").strip()
        for name in ("BUCKET", "ENDPOINT", "REGION")
    }
    VAR_ROOT.mkdir(parents=True, exist_ok=True)
except EnvError as error:
    stop(" ".join(str(error).split()))
except OSError as error:
    stop(f"VAR_ROOT: {error}")

try:
    DATABASES = {
        "default": database(
            env.str("DATABASE_URL", f"sqlite:///{VAR_ROOT / 'ledger.sqlite3'}"),
            pooled=DATABASE_POOLED,
        )
    }
except EnvError as error:
    stop(f"DATABASE_URL {error}")
if REPLICA_URL:
    try:
        DATABASES["replica"] = database(REPLICA_URL, pooled=DATABASE_POOLED)
    except EnvError as error:
        stop(f"REPLICA_URL {error}")
    if {each["ENGINE"] for each in DATABASES.values()} != {"django.db.backends.postgresql"}:
        stop("REPLICA_URL: 主库和备库都应为 PostgreSQL / needs PostgreSQL on both sides")
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    DATABASE_ROUTERS = ["config.routers.PrimaryReplica"]

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

try:
    TRUSTED_PROXIES = proxies_named(env.list("TRUSTED_PROXIES", []))
except ValueError as error:
    stop(f"TRUSTED_PROXIES: {error}（地址或网段，或 unix / addresses or networks, or unix）")
if not is_header_name(SSO_HEADER):
    stop(f'SSO_HEADER "{SSO_HEADER}": X-… / Remote-User')
if SSO_MODE != SignOn.OFF and DEMO:
    stop("SSO_MODE: 演示模式不能使用单点登录 / not in demo mode")
if SSO_MODE != SignOn.OFF and not TRUSTED_PROXIES:
    stop("SSO_MODE 须同时设置 TRUSTED_PROXIES / needs TRUSTED_PROXIES")
if SSO_MODE == SignOn.OFF and not SSO_PASSWORD_LOGIN:
    stop("SSO_PASSWORD_LOGIN=0 而 SSO_MODE=off，将无人能够登录 / nobody could come in")

if EMAIL_HOST and "@" not in DEFAULT_FROM_EMAIL:
    stop("设置了 SMTP_HOST 而缺少 MAIL_FROM / SMTP_HOST needs MAIL_FROM, an address")
if any(S3.values()) and not S3["BUCKET"]:
    stop("设置了 EVIDENCE_S3_ENDPOINT 或 EVIDENCE_S3_REGION 而缺少 EVIDENCE_S3_BUCKET")
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
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
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
    "reports.views.availability.Availability",
    "django.contrib.sessions.middleware.SessionMiddleware",
    # Outside all that may refuse, inside the session: it sees every answer.
    "reports.views.audit_trail.AuditTrail",
    "reports.views.middleware.language",
    "reports.views.middleware.no_zero_byte",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "reports.views.beginning.FirstStart",
    "reports.views.middleware.SignOnHeaders",
    "reports.views.middleware.no_endless_request",
    "reports.views.middleware.IdleTime",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "reports.views.middleware.FirstPassword",
    "reports.views.middleware.SecondFactor",
    "reports.views.middleware.NoKeyBeyond",
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
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Outside the static tree and without an address: files leave through a view that asks who.
    "evidence": bucket(S3)
    if S3["BUCKET"]
    else {
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
# Ten files of the largest size at once; more is refused before it is taken.
REQUEST_MAX_MB = 10 * EVIDENCE_MAX_MB

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
    {"NAME": "reports.forms.accounts.AsTheRulesSay"},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = "reports.views.account.failure_limit"
AXES_COOLOFF_TIME = "reports.views.account.lockout_time"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "reports.views.middleware.client_address"
AXES_LOCKOUT_CALLABLE = "reports.views.account.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

OTP_TOTP_ISSUER = "法治台账"

SESSION_ENGINE = "reports.models.sessions"
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
SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS_SUBDOMAINS
SILENCED_SYSTEM_CHECKS = [
    # Pages show their own PDF in a frame; other sites are kept out by frame-ancestors, too.
    "security.W019",
    # The preload list is one of public addresses; a ledger has none.
    "security.W021",
    # Said by HSTS_SUBDOMAINS=0, where names below the ledger's are served without TLS.
    *([] if HSTS_SUBDOMAINS else ["security.W005"]),
]
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
