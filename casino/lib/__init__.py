"""What every app may use and what knows no app: refusals, the wire, idempotency, rates, days."""
