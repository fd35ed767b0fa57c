"""Freezes what a permit would cost beside the decision that tells it."""

from datetime import datetime
from typing import Any

from django.conf import settings

from parcels.fees.calculate import as_document, estimates
from parcels.fees.queries import price_list
from parcels.models import IssuedEvaluation
from parcels.service_requests.models import Service

# What a service hands out, where a cost stands on it.
TELLS_COST = frozenset({"estimate", "drawing_permission"})


def frozen_estimates(
    service: Service, evaluation: IssuedEvaluation | None, *, at: datetime
) -> list[dict[str, Any]]:
    """
    The estimate of each number of storeys, by the tariffs as known at the instant, as plain JSON.

    Empty for services whose paper tells no cost.
    """
    if evaluation is None or service.output not in TELLS_COST:
        return []
    prices = price_list(evaluation.parcel, on=evaluation.on, known_at=at)
    policies = settings.CITY.policies.get("estimate", {})
    found = estimates(
        evaluation.document, prices, policies, on=evaluation.on, calendar=settings.CITY.calendar
    )
    return [as_document(one) for one in found.values()]
