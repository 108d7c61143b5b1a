"""Staff at the admin's forms: signed in, and sending what they opened."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import Player


def sit_down(player: Player) -> Client:
    """A browser in which `player` is signed in."""
    client = Client()
    name = {"nickname": player.site_id, "password": "correct horse"}
    assert client.post("/login", name).status_code == 302
    return client


def opened(client: Client, path: str) -> dict[str, Any]:
    """The form as staff see it, with what it remembers of the values it was opened with."""
    form = client.get(path).context["adminform"].form
    sent: dict[str, Any] = {}
    for name in form.fields:
        bound = form[name]
        kinds = [("", getattr(bound.field.widget, "widget", bound.field.widget))]
        if bound.field.show_hidden_initial:
            kinds.append(("initial-", bound.field.hidden_widget()))
        for prefix, widget in kinds:
            data = widget.get_context(prefix + name, bound.value(), {})["widget"]
            for part in data.get("subwidgets") or [data]:
                sent[part["name"]] = _value(part)
    return {name: value for name, value in sent.items() if value not in (None, "False")}


def _value(part: dict[str, Any]) -> Any:
    if "optgroups" in part:
        return next(iter(part["value"]), "")
    is_ticked = part.get("type") == "checkbox" and part["attrs"].get("checked")
    return "on" if is_ticked else part["value"]
