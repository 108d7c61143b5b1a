"""Accounts on the wire."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
