"""The offices' page: a question as heading, offices in order of travel time, the way on a map."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from gis_core.errors import SourceFailed
from layers.network.travel import Manner
from layers.offices.assignment import OfficeChoice, choose_office, equal_times, read_offices, way_to_office
from layers.offices.hours import open_state
from map_ui.map_config import map_config
from map_ui.offices.asked import Asked, read_question
from map_ui.offices.document import cards_document, choice_document, equal_times_document
from map_ui.offices.picture import offices_picture
from map_ui.offices.rows import name_of, office_rows, state_words

EQUAL_TIMES = {Manner.CAR: (5, 10), Manner.FOOT: (5, 15)}
"""Minutes of the lines of equal time on the map."""


@require_safe
def offices(request: HttpRequest) -> HttpResponse:
    """Which office is nearest; without a start, all offices with their hours and the way to give one."""
    asked = read_question(request.GET)
    context: dict[str, Any] = {"asked": asked, "city": settings.CITY, "rows": [], "moment": asked.at}
    if asked.start is None or asked.service is None:
        context |= _without_start(asked)
    else:
        context |= _from_start(asked)
    context["config"] = map_config(on=asked.at.date())
    return render(request, "offices/page.html", context)


@require_safe
def offices_json(request: HttpRequest) -> JsonResponse:
    """The same answer for the page's map: offices, their order, and the way to the chosen one, in degrees."""
    asked = read_question(request.GET)
    if asked.start is None or asked.service is None:
        cards = read_offices(on=asked.at.date())
        return JsonResponse(cards_document(cards, asked.at), json_dumps_params={"ensure_ascii": False})
    choice = _choice(asked)
    rows = office_rows(choice, asked.office_code)
    chosen = next((row for row in rows if row.chosen and row.reachable), None)
    way = chosen and way_to_office(asked.start.xy, chosen.code, on=asked.at.date(), manner=asked.manner)
    on = asked.at.date()
    times = equal_times(asked.start.xy, EQUAL_TIMES[asked.manner], on=on, manner=asked.manner)
    document = choice_document(choice, way) | {"chosen": chosen.code if chosen else None}
    document["equal_times"] = equal_times_document(times)
    return JsonResponse(document, json_dumps_params={"ensure_ascii": False})


def _choice(asked: Asked) -> OfficeChoice:
    return choose_office(asked.start.xy, service=asked.service.code, at=asked.at, manner=asked.manner)


def _from_start(asked: Asked) -> dict[str, Any]:
    try:
        choice = _choice(asked)
    except SourceFailed as trouble:
        return {**_without_start(asked), "trouble": trouble}
    rows = office_rows(choice, asked.office_code)
    chosen = next((row for row in rows if row.chosen and row.reachable), None)
    on = asked.at.date()
    way = chosen and way_to_office(asked.start.xy, chosen.code, on=on, manner=asked.manner)
    times = equal_times(asked.start.xy, EQUAL_TIMES[asked.manner], on=on, manner=asked.manner)
    return {
        "choice": choice,
        "rows": rows,
        "chosen": chosen,
        "without_service": [name_of(card) for card in choice.without_service],
        "request_url": _request_url(asked, chosen.code if chosen else ""),
        "picture": offices_picture(rows, asked.start.xy, way.line if way else None, on=on, times=times),
    }


def _request_url(asked: Asked, office_code: str) -> str:
    """The form of the service, with the parcel and the office filled in."""
    given = {"service": asked.service.code, "parcel": asked.start.parcel_key, "office": office_code}
    return f"{reverse('request-new')}?{urlencode({name: value for name, value in given.items() if value})}"


def _without_start(asked: Asked) -> dict[str, Any]:
    """All offices by name, with their hours: nothing is called near yet."""
    cards = sorted(read_offices(on=asked.at.date()), key=name_of)
    states = [open_state(card.hours, card.closures, settings.CITY, asked.at) for card in cards]
    return {
        "all_offices": [
            {
                "card": card,
                "name": name_of(card),
                "state": state_words(state, asked.at),
                "is_open": state.is_open,
            }
            for card, state in zip(cards, states, strict=True)
        ]
    }
