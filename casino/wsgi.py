"""HTTP in production: WSGI, with the static files served from memory-mapped, compressed copies."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casino.settings")
django_application = get_wsgi_application()

from servestatic import ServeStatic  # noqa: E402 - reads the settings that the line above completes

application = ServeStatic(django_application, root=settings.STATIC_ROOT, prefix=settings.STATIC_URL)
