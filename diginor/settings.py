"""Settings, read from the environment; see docs/install.md for each variable."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from diginor.running import VAR_DIR
from diginor.running.database import CONNECTION

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Demonstration and development are one mode; production is the other and has no default secret.
DEMO = env.bool("DIGINOR_DEMO", default=False)
if DEMO:
    from diginor.running.demonstration_bounds import stay_local

    stay_local(env)
DEBUG = env.bool("DIGINOR_DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="demonstration-only" if DEMO else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is required unless DIGINOR_DEMO=1.")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")
IS_HTTPS = SITE_URL.startswith("https://")
# The names under which hubs open the same portal in their own colours.
DIGINOR_HOSTS = [host.strip() for host in env.list("DIGINOR_HOSTS", default=[])]
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if DEMO else []), *DIGINOR_HOSTS]
CSRF_TRUSTED_ORIGINS = [
    *env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL]),
    *(f"{SITE_URL.partition('://')[0]}://{host}" for host in DIGINOR_HOSTS),
]

INSTALLED_APPS = [
    "diginor.apps.DiginorConfig",
    "members.apps.MembersConfig",
    "services.apps.ServicesConfig",
    "steering.apps.SteeringConfig",
    *(["demonstration.apps.DemonstrationConfig"] if DEMO else []),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "diginor.apps.PortalAdminConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "diginor.web.middleware.KeptNowhereMiddleware",
    "diginor.web.middleware.NoNulMiddleware",
    "diginor.web.middleware.StepPageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "members.accounts.middleware.HubOfHostMiddleware",
    "members.accounts.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "members.people.active_role.ActiveRoleMiddleware",
    "members.accounts.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "diginor.urls"
WSGI_APPLICATION = "diginor.wsgi.application"
FORM_RENDERER = "diginor.web.widgets.PortalFormRenderer"
TEMPLATES = [
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
                "diginor.pages.context.portal",
            ],
            "builtins": ["diginor.templatetags.ui"],
        },
    },
]

SERVERS = {"DATABASE_URL": "postgres://127.0.0.1/diginor", "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0"}
if not SERVERS.keys() <= env.ENVIRON.keys():
    # What starts programs stays out of production, which names its servers.
    from diginor.running.embedded import remembered

    SERVERS = {name: remembered(name, usual) for name, usual in SERVERS.items()}
DATABASES = {
    "default": {
        **env.db("DATABASE_URL", default=SERVERS["DATABASE_URL"]),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": dict(CONNECTION),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

BROKER_URL = env.str("CELERY_BROKER_URL", default=SERVERS["CELERY_BROKER_URL"])
# What one call to a Valkey that hangs costs a page; nothing is lost by not waiting for it.
VALKEY_PATIENCE_SECONDS = 0.25
CACHES = {
    "default": {
        "BACKEND": "diginor.running.cache.ForgivingRedisCache",
        "LOCATION": env.str("CACHE_URL", default=BROKER_URL),
        "OPTIONS": {"socket_connect_timeout": VALKEY_PATIENCE_SECONDS, "socket_timeout": VALKEY_PATIENCE_SECONDS},
    }
}
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
# A task whose worker dies is played again three times, a minute apart, then dropped and told as a fault.
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_ANNOTATIONS = {"*": {"max_retries": 3, "default_retry_delay": 60}}
CELERY_TASK_TIME_LIMIT = 600
# A relay that is slow holds mails only: the clock has a queue, and a worker, of its own.
CELERY_TASK_QUEUES = [Queue("clock"), Queue("mails")]
CELERY_TASK_DEFAULT_QUEUE = "clock"
CELERY_TASK_ROUTES = {"diginor.outbox.tasks.*": {"queue": "mails"}}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 10,
    "max_retries": 1,
    # What was taken and not acknowledged is given again after so long: never while it may still wait or run.
    "visibility_timeout": 3 * CELERY_TASK_TIME_LIMIT,
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Europe/Paris"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "deliver-outbox": {"task": "diginor.outbox.tasks.deliver", "schedule": 30.0},
    "heartbeat": {"task": "diginor.running.health.heartbeat", "schedule": 60.0, "options": {"expires": 55}},
    "follow-up": {"task": "services.requests.tasks.follow_up", "schedule": 60.0},
    "refresh-figures": {"task": "services.figures.tasks.refresh_figures", "schedule": 300.0},
    "begin-absences": {"task": "members.people.tasks.begin_absences", "schedule": crontab(minute="5-59/10")},
    "tell-returns": {"task": "services.requests.tasks.tell_returns", "schedule": crontab(minute="6-59/10")},
    "tell-successions": {
        "task": "members.successions.tasks.tell_successions",
        "schedule": crontab(hour="7-18", minute="10"),
    },
    "catch-up-successions": {
        "task": "services.requests.tasks.catch_up_successions",
        "schedule": crontab(minute="*/10"),
    },
    "send-digests": {"task": "services.requests.tasks.send_digests", "schedule": 300.0},
    "expire-personal-data": {
        "task": "diginor.registries.tasks.expire_personal_data",
        "schedule": crontab(hour="3", minute="40"),
    },
}
# A task that waited for longer than this is useless: the next one of beat does its work.
for _entry in CELERY_BEAT_SCHEDULE.values():
    _pause = _entry["schedule"]
    _entry.setdefault("options", {"expires": _pause - 5 if isinstance(_pause, float) else 3600})

AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "after_sign_in"
LOGOUT_REDIRECT_URL = "home"
CSRF_FAILURE_VIEW = "diginor.pages.views.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# People sign in with a code by e-mail; a password needs an invitation or an administrator, and then a second factor.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=not DEMO)
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ACCOUNT_ADAPTER = "members.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_TIMEOUT = 20 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
# Eight digits and few rounds: with five tries for a code, guessing one takes decades, from however many places. One
# origin has its own, lower limit (`may_ask_code`), so that nobody uses up the limit of all.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": True, "length": 8}
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,60/h/key", "login": "30/m/ip"}
ACCOUNT_FORMS = {
    "login": "members.accounts.forms.sign_in.PasswordSignInForm",
    "request_login_code": "members.accounts.forms.sign_in.CodeRequestForm",
    "confirm_login_code": "members.accounts.forms.sign_in.CodeForm",
    "confirm_email_verification_code": "members.accounts.forms.sign_in.AddressCodeForm",
    "add_email": "members.accounts.forms.sign_in.NewAddressForm",
    "change_password": "members.accounts.forms.sign_in.PasswordChangeForm",
    "set_password": "members.accounts.forms.sign_in.FirstPasswordForm",
    "reset_password": "members.accounts.forms.sign_in.PasswordForgottenForm",
    "reset_password_from_key": "members.accounts.forms.sign_in.NewPasswordForm",
    "reauthenticate": "members.accounts.forms.sign_in.PasswordAgainForm",
}
MFA_ADAPTER = "members.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "DIGINOR"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "members.accounts.forms.second_factor.SecondFactorForm",
    "reauthenticate": "members.accounts.forms.second_factor.SecondFactorAgainForm",
    "activate_totp": "members.accounts.forms.second_factor.ApplicationForm",
    "add_webauthn": "members.accounts.forms.second_factor.PasskeyForm",
    "edit_webauthn": "members.accounts.forms.second_factor.PasskeyNameForm",
}
SOCIALACCOUNT_ADAPTER = "members.accounts.adapter.ProConnectAdapter"
SOCIALACCOUNT_FORMS = {"disconnect": "members.accounts.forms.sign_in.BreakLinkForm"}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
PROCONNECT_VOUCHES_FOR_EMAILS = env.bool("PROCONNECT_VOUCHES_FOR_EMAILS", default=False)
SOCIALACCOUNT_PROVIDERS: dict = {}
if PROCONNECT_CLIENT_ID := env.str("PROCONNECT_CLIENT_ID", default=""):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "SCOPE": ["openid", "given_name", "usual_name", "email"],
        "APPS": [
            {
                "provider_id": "proconnect",
                "name": "ProConnect",
                "client_id": PROCONNECT_CLIENT_ID,
                "secret": env.str("PROCONNECT_CLIENT_SECRET"),
                "settings": {"server_url": env.str("PROCONNECT_SERVER_URL"), "token_auth_method": "client_secret_post"},
            }
        ],
    }

# Off unless named: the State's is https://recherche-entreprises.api.gouv.fr
COMPANY_SEARCH_URL = env.str("COMPANY_SEARCH_URL", default="")

PUBLISHER = {
    "name": env.str("PUBLISHER_NAME", default="La structure qui exploite ce guichet"),
    "address": env.str("PUBLISHER_ADDRESS", default=""),
    "email": env.str("PUBLISHER_EMAIL", default="contact@diginor.example"),
    "phone": env.str("PUBLISHER_PHONE", default=""),
    "director": env.str("PUBLISHER_DIRECTOR", default=""),
    "host": env.str("PUBLISHER_HOST", default=""),
    "data_protection": env.str("DATA_PROTECTION_EMAIL", default="")
    or env.str("PUBLISHER_EMAIL", default="contact@diginor.example"),
    "source": env.str("SOURCE_CODE_URL", default=""),
}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "diginor" / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(VAR_DIR / "files"))
STORAGES = {
    "default": {"BACKEND": env.str("FILE_STORAGE", default="django.core.files.storage.FileSystemStorage")},
    "staticfiles": {"BACKEND": "diginor.web.stylesheets.WholeSheetsStorage"},
}
ATTACHMENT_MAX_BYTES = 10 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://127.0.0.1:1025")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="DIGINOR <guichet@diginor.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Who is told of our own faults, by `diginor.running.alerts`.
ADMINS = [(address, address) for address in env.list("ADMINS", default=[])]

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
# No other site learns our addresses. Not « no-referrer »: browsers would then send « Origin: null » with our own forms,
# which would be refused.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
if PROCONNECT_CLIENT_ID:
    # Browsers check where the form of the button is sent on to.
    _proconnect = urlsplit(env.str("PROCONNECT_SERVER_URL"))
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(f"{_proconnect.scheme}://{_proconnect.netloc}")

LOGGING_CONFIG = "diginor.running.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "alerts": {"class": "diginor.running.alerts.AlertHandler", "level": "ERROR"},
    },
    # Django's own handler would mail what people typed.
    "loggers": {"django": {"handlers": []}},
    "root": {"handlers": ["console", "alerts"], "level": env.str("LOG_LEVEL", default="INFO")},
}
