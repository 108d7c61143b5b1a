"""The games app: after every migrate each game has its first table, as every model has its permissions."""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.db.models.signals import post_migrate

from games.tables import FIRST_VERSIONS, fingerprint


def open_games(apps: Any = installed_apps, using: str = "default", **_: Any) -> None:
    """Gives every game that has none its first table; what staff changed since stays."""
    try:
        game_model, config_model = apps.get_model("games", "Game"), apps.get_model("games", "GameConfig")
    except LookupError:  # migrated back to nothing
        return
    for game, table in FIRST_VERSIONS.items():
        first = {"table": table, "fingerprint": fingerprint(table)}
        config, _created = config_model.objects.using(using).get_or_create(game=game, version=1, defaults=first)
        game_model.objects.using(using).get_or_create(pk=game, defaults={"config": config})


class GamesConfig(AppConfig):
    """Games of chance and everything they leave behind."""

    name = "games"
    verbose_name = "게임"

    def ready(self) -> None:
        """Opens the games whenever the database was migrated or flushed."""
        post_migrate.connect(open_games, sender=self)
