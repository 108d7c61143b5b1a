"""Every setting of the club; all that operators may change is read through `casino.env`."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

import django_stubs_ext

from casino import env

# Lets `ModelAdmin[Product]` and its like be written outside type checking too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# --- where we are ---------------------------------------------------------------------------------
CLUB_ENV = env.choice("CLUB_ENV", "dev", ("dev", "test", "production"))
IS_PRODUCTION = CLUB_ENV == "production"
CLUB_NAME = env.text("CLUB_NAME", "Casino-Club F2P")
CLUB_VERSION = "0.1.0"
SUPPORT_EMAIL = env.text("SUPPORT_EMAIL")
PORT = env.integer("PORT", 8000, low=1, high=65535)
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))

# The error pages, the static files and the cookies behave the same everywhere: there is no debug mode.
DEBUG = False
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0, high=10)

# --- secrets (casino.checks refuses these defaults in production) -----------------------------------
DEV_SECRETS = ("dev-secret-key-of-the-open-repository-not-for-production", "dev-jwt-secret-of-the-open-repository-only")
SECRET_KEY = env.text("DJANGO_SECRET_KEY", DEV_SECRETS[0])
JWT_SECRET = env.text("JWT_SECRET", DEV_SECRETS[1])
JWT_PREVIOUS_SECRETS = env.words("JWT_PREVIOUS_SECRETS")
KEY_ROTATION_VERSION = env.text("KEY_ROTATION_VERSION", "v1")
METRICS_TOKEN = env.text("METRICS_TOKEN")

# --- apps -------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "daphne",
    "casino.admin_config.ClubAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "django_prometheus",
    "casino",
    "realtime",
    "accounts",
    "games",
    "shop",
    "adminpanel",
]

MIDDLEWARE = [
    "casino.middleware.frame",
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.authentication.SessionPlayerMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "casino.urls"
ASGI_APPLICATION = "casino.asgi.application"
WSGI_APPLICATION = "casino.wsgi.application"
APPEND_SLASH = False

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
                "accounts.pages.club",
            ],
        },
    },
]

# --- database ----------------------------------------------------------------------------------------
LOCK_WAIT_SECONDS = 3
DATABASE_URL = env.url("DATABASE_URL", ("sqlite", "postgres", "postgresql"))
DATABASES = {"default": env.database(DATABASE_URL or f"sqlite:///{BASE_DIR / 'club.sqlite3'}")}
IS_POSTGRES = DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql"
if IS_POSTGRES:
    DATABASES["default"]["OPTIONS"] = {
        # Threads and coroutines share a few connections; a waiter gives up before its client does.
        "pool": {"min_size": 1, "max_size": env.integer("DATABASE_POOL_SIZE", 16, low=1, high=500), "timeout": 3},
        "server_side_binding": True,
        "prepare_threshold": 2,
        "connect_timeout": 3,
        "options": f"-c lock_timeout={LOCK_WAIT_SECONDS}s -c statement_timeout=15s",
    }
else:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": LOCK_WAIT_SECONDS,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- cache and fan-out: conveniences, never the home of a truth ----------------------------------------
REDIS_URL = env.url("REDIS_URL", ("redis", "rediss", "unix"))
REDIS_TIMEOUT_SECONDS = 0.3
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "club",
            "OPTIONS": {
                "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
                "SOCKET_CONNECT_TIMEOUT": REDIS_TIMEOUT_SECONDS,
                "SOCKET_TIMEOUT": REDIS_TIMEOUT_SECONDS,
                "IGNORE_EXCEPTIONS": True,
            },
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}]},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# --- players, sessions, passwords ------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Player"
AUTHENTICATION_BACKENDS = ["accounts.authentication.PlayerBackend"]
LOGIN_URL = "/login"
PASSWORD_HASHERS = ["accounts.passwords.ClubArgon2Hasher"]
PASSWORD_MIN_LENGTH, PASSWORD_MAX_LENGTH = 8, 128
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("site_id", "nickname", "phone_number")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCESS_TOKEN_LIFETIME = timedelta(minutes=env.integer("JWT_EXPIRE_MINUTES", 30, low=1, high=1440))
SESSION_LIFETIME = timedelta(days=env.integer("REFRESH_TOKEN_EXPIRE_DAYS", 30, low=1, high=365))
REFRESH_GRACE = timedelta(seconds=env.integer("REFRESH_GRACE_SECONDS", 10, high=60))
MAX_CONCURRENT_SESSIONS = env.integer("MAX_CONCURRENT_SESSIONS", 5, low=1, high=100)
LOGIN_MAX_FAILED_ATTEMPTS = env.integer("LOGIN_MAX_FAILED_ATTEMPTS", 5, low=1, high=100)
LOGIN_LOCKOUT = timedelta(minutes=env.integer("LOGIN_LOCKOUT_MINUTES", 10, low=1, high=1440))
LOGIN_IP_MAX_FAILED_ATTEMPTS = env.integer("LOGIN_IP_MAX_FAILED_ATTEMPTS", 50, low=1, high=10_000)
SIGNUPS_PER_HOUR_AND_IP = 20
VIP_POINTS_PREMIUM = env.integer("VIP_POINTS_PREMIUM", 1500, low=1)
VIP_POINTS_VIP = env.integer("VIP_POINTS_VIP", 6000, low=1)
INVITE_CHECKS_PER_MINUTE_AND_IP = 30
GOLD_GRANTS_PER_MINUTE = env.integer("ADMIN_GOLD_GRANT_RATE_LIMIT_PER_MIN", 30, low=1, high=10_000)

SESSION_COOKIE_AGE = int(SESSION_LIFETIME.total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
CSRF_FAILURE_VIEW = "casino.pages.csrf_failure"

# --- the wire ---------------------------------------------------------------------------------------------
MAX_BODY_BYTES = env.integer("MAX_BODY_BYTES", 1_048_576, low=1024, high=64 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
IMPORT_MAX_BYTES = env.integer("IMPORT_MAX_BYTES", 5_242_880, low=1024, high=64 * 1024 * 1024)
IMPORT_MAX_ROWS = env.integer("IMPORT_MAX_ROWS", 500, low=1, high=100_000)
IMPORT_MAX_ROWS_COMMAND = env.integer("IMPORT_MAX_ROWS_COMMAND", 5000, low=1, high=100_000)
FILE_UPLOAD_MAX_MEMORY_SIZE = IMPORT_MAX_BYTES + 65_536  # a file with passwords never touches the disk
IDEMPOTENCY_TTL = timedelta(hours=env.integer("IDEMPOTENCY_TTL_HOURS", 48, low=24, high=24 * 365))
CORS_ALLOWED_ORIGINS = env.origins("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/.*$"
CORS_EXPOSE_HEADERS = ("X-Request-ID", "Idempotency-Replayed", "Retry-After", "X-Login-Lock-Retry", "X-Total-Count")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.BearerOrCookie"],
    "DEFAULT_PERMISSION_CLASSES": ["casino.lib.gate.Gate"],
    "DEFAULT_PARSER_CLASSES": ["casino.lib.gate.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["casino.lib.gate.ClubJSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "casino.lib.gate.AlwaysJSON",
    "DEFAULT_SCHEMA_CLASS": "casino.lib.schema.ClubSchema",
    "EXCEPTION_HANDLER": "casino.lib.api.envelope_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Casino Club API",
    "DESCRIPTION": "One currency without cash value, games anyone can verify, every movement in one ledger.",
    "VERSION": CLUB_VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "Rank": "accounts.models.Rank.choices",
        "ActionSource": [("server", "Server"), ("client", "Client")],
        "LedgerKind": "accounts.models.EntryCode.choices",
        "GameName": "games.models.GameType.choices",
        "Hand": ["rock", "paper", "scissors"],
        "DuelResult": ["win", "lose", "draw"],
        "RoundResult": "games.models.RoundResult.choices",
        "CrashStatus": ["active", "cashed_out", "auto_cashed", "crashed"],
        "PurchaseStatus": "shop.models.PurchaseStatus.choices",
        "PurchaseKind": "shop.models.PurchaseKind.choices",
        "PaymentStatus": ["pending", "success", "failed"],
        "ReasonCode": "shop.api.serializers.REASONS",
        "PriceCurrency": "shop.models.Currency.choices",
        "InventoryStatus": ["owned", "used", "revoked"],
        "SessionKind": ["api", "browser"],
    },
    "APPEND_COMPONENTS": {
        "examples": {
            "Refusal": {
                "value": {
                    "detail": "입력값이 올바르지 않습니다",
                    "error": {
                        "code": "VALIDATION_ERROR",
                        "message": "입력값이 올바르지 않습니다",
                        "details": [{"loc": ["body", "bet_amount"], "msg": "정수를 입력해주세요", "type": "invalid"}],
                        "request_id": "9f2c61d0a7be",
                    },
                }
            }
        },
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        },
    },
}

# --- shop --------------------------------------------------------------------------------------------------
SANDBOX_GATEWAY_MODES = ("always_success", "always_fail", "pending_then_success")
PAYMENT_GATEWAY_MODE = env.choice("PAYMENT_GATEWAY_MODE", "always_success", (*SANDBOX_GATEWAY_MODES, "external"))
PAYMENT_PENDING_DELAY = timedelta(seconds=env.integer("PAYMENT_PENDING_DELAY_SECONDS", 1, high=3600))
ALLOW_SANDBOX_PAYMENTS = env.flag("ALLOW_SANDBOX_PAYMENTS")
PENDING_PURCHASE_MAX_AGE = timedelta(minutes=env.integer("PENDING_TX_MAX_AGE_MINUTES", 5, low=1, high=1440))
DEV_WEBHOOK_SECRET = "dev-webhook-secret"  # noqa: S105 - refused in production
PAYMENT_WEBHOOK_SECRETS = env.words("PAYMENT_WEBHOOK_SECRET", DEV_WEBHOOK_SECRET)
LIMITED_HOLD_TTL = timedelta(seconds=env.integer("LIMITED_HOLD_TTL_SECONDS", 120, low=1, high=3600))
FRAUD_MAX_PURCHASES = env.integer("FRAUD_MAX_PURCHASES", 20, low=1, high=100_000)
FRAUD_MAX_CARDS = env.integer("FRAUD_MAX_CARDS", 3, low=1, high=1000)
FRAUD_WINDOW = timedelta(seconds=env.integer("FRAUD_WINDOW_SECONDS", 300, low=1, high=86_400))

# --- realtime ------------------------------------------------------------------------------------------------
REALTIME_MAX_CONNECTIONS_PER_USER = env.integer("REALTIME_MAX_CONNECTIONS_PER_USER", 10, low=1, high=1000)
REALTIME_SEND_BUFFER = env.integer("REALTIME_SEND_BUFFER", 256, low=8, high=65_536)
REALTIME_RETENTION = timedelta(hours=env.integer("REALTIME_RETENTION_HOURS", 72, low=1, high=24 * 365))
REALTIME_HISTORY_MAX = env.integer("REALTIME_HISTORY_MAX", 1000, low=10, high=100_000)
BIG_WIN_THRESHOLD_GOLD = env.integer("BIG_WIN_THRESHOLD_GOLD", 1000, low=1)

# --- seed ----------------------------------------------------------------------------------------------------
AUTO_SEED_BASIC = env.flag("AUTO_SEED_BASIC")
DEFAULT_SEED_PASSWORDS = ("123456", "123455")
SEED_ADMIN_PASSWORD = env.text("SEED_ADMIN_PASSWORD", DEFAULT_SEED_PASSWORDS[0])
SEED_USER_PASSWORD = env.text("SEED_USER_PASSWORD", DEFAULT_SEED_PASSWORDS[1])
CLEAN_SEED_CONFIRM = env.text("CLEAN_SEED_CONFIRM") == "YES"
CLEAN_SEED_ALLOW_PROD = env.flag("CLEAN_SEED_ALLOW_PROD")

# --- language, time ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
LANGUAGE_COOKIE_AGE = 31_536_000
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- static files ----------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "casino.static.ClubStaticStorage"},
}

# --- browser safety -----------------------------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
SECURE_SSL_REDIRECT = False  # the proxy in front redirects; inside, health checks speak plain HTTP
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # casino.middleware.frame writes X-Frame-Options
    "security.W008",  # the proxy in front redirects to HTTPS
]

# --- logs -----------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "casino.lib.logs.JSONFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},  # refusals are answers, not incidents
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
    },
}

# A process's own name in logs and metrics: unique, meaningless, gone with the process.
PROCESS_ID = secrets.token_hex(4)
