"""The embedded start and the production sockets: HTTP, static files and WebSocket in one application."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casino.settings")
django_application = get_asgi_application()

application = django_application
