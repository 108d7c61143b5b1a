"""The endpoints of fairness and odds: they translate, `seeds`, `proofs` and `odds` decide."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import caller
from casino.lib.api import Endpoint
from casino.lib.gate import Access
from casino.lib.schema import describe
from games import odds, proofs, seeds
from games.api import fairness_serializers as serializers
from games.models import GameType


class Fairness(Endpoint):
    """The caller's seeds."""

    @describe(answer=serializers.FairnessAnswer)
    def get(self, request: Request) -> Response:
        """The commitments in use, and the last seeds that were revealed."""
        return Response(seeds.fairness_of(caller(request).pk))


class SeedRotation(Endpoint):
    """The caller's server seed, revealed."""

    @describe(body=serializers.RotationBody, answer=serializers.RotationAnswer, refusals=(409,))
    def post(self, request: Request) -> Response:
        """Reveals the server seed in use; the committed next one follows, with another client seed if wanted."""
        chosen = self.body(serializers.RotationBody)["client_seed"]
        return Response(seeds.rotate(player_id=caller(request).pk, client_seed=chosen))


class ClientSeed(Endpoint):
    """The caller's client seed."""

    @describe(body=serializers.ClientSeedBody, answer=serializers.Pair, refusals=(409,))
    def put(self, request: Request) -> Response:
        """The next rounds are drawn with this client seed; the nonce goes on."""
        chosen = self.body(serializers.ClientSeedBody)["client_seed"]
        return Response(seeds.choose_client_seed(player_id=caller(request).pk, client_seed=chosen))


class Verification(Endpoint):
    """A round drawn again."""

    access = Access.PUBLIC

    @describe(body=serializers.VerifyBody, answer=serializers.VerifyAnswer, refusals=(404, 409))
    def post(self, request: Request) -> Response:
        """A round whose seed is revealed is held against its seed, table and entries; other seeds are only drawn."""
        body = self.body(serializers.VerifyBody)
        if body["round_id"] is not None:
            reader = caller(request) if request.user.is_authenticated else None
            return Response(proofs.prove_round(reader, body["round_id"]))
        params = body["params"]
        version = params.pop("config_version", None)
        told = proofs.prove_draw(
            server_seed=body["server_seed"],
            client_seed=body["client_seed"],
            nonce=body["nonce"],
            game=GameType(body["game_type"]),
            choice=proofs.Choice(**params),
            config_version=version,
        )
        return Response(told)


class Odds(Endpoint):
    """The odds of all games."""

    access = Access.PUBLIC
    example = staticmethod(odds.example)

    @describe(query=serializers.OddsQuery, answer=serializers.OddsAnswer, refusals=(404,))
    def get(self, request: Request) -> Response:
        """Exact numbers by the tables in force or by past versions, and after cutting for a given stake."""
        asked = self.query(serializers.OddsQuery)
        told = odds.odds_document(stake=asked["stake"], lines=asked["lines"], versions=asked["version"])
        return Response(told)
