"""Django's settings. What varies between machines comes from the environment (README.md)."""

from datetime import timedelta
from pathlib import Path
from socket import gethostname

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from dtt import embedded, environment

ENV = environment.read()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

SECRET_KEY = ENV.secret_key
DEBUG = False
ALLOWED_HOSTS = ENV.allowed_hosts
SITE_URL = ENV.site_url
DEMO = ENV.demo
DEMO_ALLOWED = not ENV.production

INSTALLED_APPS = [
    "dtt",
    "monitoring",
    "matching",
    "bootcamp",
    "quiz",
    "selection",
    "applications",
    "notifications",
    "accounts",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "dtt.web.site.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anymail",
    "csp",
    "django_htmx",
    "rules",
]

MIDDLEWARE = [
    "dtt.web.middleware.TraceMiddleware",
    "dtt.web.middleware.HealthMiddleware",
    "dtt.web.middleware.HostileInputMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "quiz.web.saving.AutosaveMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.web.middleware.PersonLanguageMiddleware",
    "accounts.web.middleware.AddressMiddleware",
    "accounts.web.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.web.viewing.ViewingMiddleware",
]

ROOT_URLCONF = "dtt.urls"
WSGI_APPLICATION = "dtt.wsgi.application"

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
                "dtt.web.context.site",
            ],
            "builtins": ["notifications.templatetags.moments"],
        },
    },
]

# Storage ----------------------------------------------------------------------------------------

DATABASES = {"default": environment.database(embedded.database_url())}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": embedded.redis_url(),
        "KEY_PREFIX": "dtt",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles" if ENV.production else None
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": environment.files(ENV.files_url, VAR_DIR / "files"),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENV.production
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not ENV.production
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "dtt.web.uploads.BoundedUploadHandler",
]
SCANNER_URL = ENV.scanner_url

# Celery: short, idempotent tasks; what a lost broker forgot, a sweep finds in PostgreSQL again ---

CELERY_BROKER_URL = environment.celery_address(embedded.redis_url())
CELERY_RESULT_BACKEND = CELERY_BROKER_URL
CELERY_RESULT_EXPIRES = 3600
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "seal-trail": {"task": "accounts.seal_trail", "schedule": 10},
    "scan-documents": {"task": "applications.scan_waiting", "schedule": 60},
    "sweep-files": {"task": "applications.sweep_files", "schedule": crontab(hour=20, minute=10)},
    "sweep-jobs": {"task": "accounts.sweep_jobs", "schedule": 30},
    "deliver-messages": {"task": "notifications.deliver_due", "schedule": 10},
    "tell-lapsed": {"task": "notifications.tell_lapsed", "schedule": 60},
    "finalise-attempts": {"task": "quiz.finalise_expired", "schedule": 15},
    "forget-signals": {"task": "quiz.forget_signals", "schedule": crontab(hour=20, minute=40)},
    "commit-seeds": {"task": "selection.commit_seeds", "schedule": 60},
    "publish-due": {"task": "selection.publish_due", "schedule": 30},
    "expire-places": {"task": "selection.expire_unanswered", "schedule": 60},
    "count-equal-treatment": {"task": "monitoring.count_due", "schedule": crontab(minute="*/10")},
    "remind-places": {"task": "selection.remind_unanswered", "schedule": 60},
    "close-reserves": {"task": "selection.close_reserves", "schedule": 60},
    "expire-offers": {"task": "matching.expire_offers", "schedule": crontab(minute="*/5")},
}

# People -----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "accounts.web.backend.Backend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.web.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = False
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {"signup": "accounts.web.forms.SignupForm"}
# Per account (`key`) and per address (`ip`): a campus is one address, and many people.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "10/15m/key,200/15m/ip",
    "signup": "300/15m/ip",
    "reset_password": "5/15m/key,200/15m/ip",
    "reset_password_from_key": "200/15m/ip",
    "reauthenticate": "10/15m/user",
    "change_password": "10/15m/user",
    "calendar": "60/h/key,600/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxies
MFA_ADAPTER = "accounts.web.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.web.forms.CodeForm",
    "reauthenticate": "accounts.web.forms.CodeAgainForm",
    "activate_totp": "accounts.web.forms.EnrolForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "DTT"
MFA_TOTP_TOLERANCE = 1  # the code before and the one after: clocks differ, and people type slowly
# Nobody signs in with an unconfirmed address; a second address that waits for its link is no
# reason to lock a member of staff out of the enrolment.
MFA_ALLOW_UNVERIFIED_EMAIL = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "landing"

# Language and time ------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文")]
# The second holds our wording of what Django and allauth say.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "libraries"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
FORMAT_MODULE_PATH = ["dtt.formats"]
USE_TZ = True
TIME_ZONE = "Asia/Hong_Kong"

# Telling ----------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.email_from
EMAIL_FILE_PATH = VAR_DIR / "mail"
globals().update(environment.email(ENV.email_url))
# Decisions wait so long before they leave, so that staff can take them back.
MESSAGE_HOLD = timedelta(minutes=ENV.mail_hold_minutes)
MESSAGES_PER_MINUTE = ENV.mails_per_minute  # of all workers together; 0 for no limit
MAIL_ALLOWED = ENV.mail_allowed  # patterns of addresses; None for all
# Where the mail service tells of mail that came back; without a secret there is no such page.
ANYMAIL = {"WEBHOOK_SECRET": ENV.mail_hook_secret} if ENV.mail_hook_secret else {}

# Security ---------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/staff/"],
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "dtt.web.errors.csrf_failure"
if ENV.production:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health(/live)?$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # No preload: that list binds a whole domain for years, and is its owner's to decide.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [ENV.site_url]

# Seeing what happens ----------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "dtt.logs.RequestFilter"}},
    "formatters": {
        "json": {"()": "dtt.logs.JsonFormatter"},
        "text": {"()": "dtt.logs.ReadableFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": ENV.log_format,
            "filters": ["request"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "dtt": {"level": ENV.log_level},
        "django.request": {"level": "ERROR"},
    },
}
METRICS_TOKEN = ENV.metrics_token
METRICS_DIR = environment.metrics_folder(VAR_DIR / "metrics" / gethostname())  # pids are its own

UNFOLD = {
    "SITE_TITLE": _("Programme staff"),
    "SITE_HEADER": _("Programme staff"),
    "SITE_URL": "/",
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": "accounts.web.staff.shows_history",
    "STYLES": [lambda request: static("css/staff.css")],
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")}
    ],
    "SIDEBAR": {"navigation": "dtt.web.staff.navigation"},
    "DASHBOARD_CALLBACK": "dtt.web.staff.overview",
    "COLORS": {
        "primary": {
            "50": "#f0f8f7",
            "100": "#e3f1ef",
            "200": "#c2e0dc",
            "300": "#93c8c2",
            "400": "#4fa39c",
            "500": "#2c9f9a",
            "600": "#0b6b6b",
            "700": "#0a5757",
            "800": "#0b4646",
            "900": "#0c3a3b",
            "950": "#052223",
        }
    },
}
