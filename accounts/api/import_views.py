"""Players by the sheetful over HTTP: `accounts.imports` reads, checks and enrols."""

from __future__ import annotations

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import import_serializers as wire
from accounts.api.shapes import claimed
from accounts.authentication import caller
from accounts.imports import enrolling, reading
from casino.lib import idempotency
from casino.lib.api import Endpoint
from casino.lib.gate import Access
from casino.lib.schema import describe


class UsersImport(Endpoint):
    """A file of players."""

    access = Access.STAFF
    roles = enrolling.ROLES
    upload_bytes_max = settings.IMPORT_MAX_BYTES

    @describe(
        body={"multipart/form-data": wire.ImportBody},
        query=wire.ImportQuery,
        answer=wire.ImportReport,
        refusals=(400, 403, 409),
        keyed=True,
    )
    def post(self, request: Request) -> Response:
        """Makes every row a player or nobody; with `dry_run=1` only says what is wrong."""
        is_rehearsal, by = self.query(wire.ImportQuery)["dry_run"] == "1", caller(request)
        file = self.upload("file")
        sheet = reading.read(file.read(), file.name or "", rows_max=settings.IMPORT_MAX_ROWS)
        key = idempotency.read_key(
            request,
            request._request.POST.dict(),
            player_id=by.pk,
            operation=enrolling.OPERATION,
            payload={"file_sha256": sheet.sha256, "dry_run": is_rehearsal},
        )
        if is_rehearsal:
            return claimed(enrolling.rehearse(sheet, key=key), False)
        return claimed(*enrolling.enrol_all(sheet, by=by, key=key))
