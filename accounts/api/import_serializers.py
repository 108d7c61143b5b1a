"""The JSON of importing players."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

Fields = serializers.Serializer[Any]


class ImportQuery(Fields):
    """Whether the file is only looked at."""

    dry_run = serializers.ChoiceField(("0", "1"), required=False, default="0")


class ImportBody(Fields):
    """The file."""

    file = serializers.FileField(help_text="`.csv` (UTF-8) or `.xlsx` (first sheet), header row first")


class ImportProblem(Fields):
    """What is wrong with one row."""

    row = serializers.IntegerField(help_text="line in the file; the header is 1")
    column = serializers.CharField(allow_null=True)
    code = serializers.CharField()
    message = serializers.CharField()
    value = serializers.CharField(allow_null=True, help_text="never a password")


class ImportReport(Fields):
    """What became of a file, or would."""

    dry_run = serializers.BooleanField()
    applied = serializers.BooleanField()
    total_rows = serializers.IntegerField()
    valid_rows = serializers.IntegerField()
    error_rows = serializers.IntegerField()
    created = serializers.IntegerField()
    file_sha256 = serializers.CharField()
    errors = ImportProblem(many=True, help_text="at most 1000")  # type: ignore[assignment]
    idempotent_reuse = serializers.BooleanField()
