"""
Says of every endpoint which action of `gis_core/access.py` it is; one that is missing here is refused.

Keys are route names as Django joins them (`"home"`, `"api:parcels-search"`). A new page or API
resource adds its line here, and the matrix test (`tests/map_ui/test_every_endpoint_for_every_role.py`)
walks it for every role.
"""

ENDPOINTS: dict[str, str] = {
    # the map, open to everybody
    "home": "look",
    "parcel": "look",
    "parcel-sheet": "look",
    "parcels-at": "look",
    "search": "look",
    "tile": "look",
    "tile-catalog": "look",
    # offices
    "offices": "look",
    "offices-near": "look",
    # a day of visits
    "dispatch": "see_day",
    "dispatch-plan": "plan_day",
    "dispatch-send": "plan_day",
    "dispatch-sheet": "see_day",
    "dispatch-routes": "see_day",
    "inspector": "visit",
    "inspector-visit": "visit",
    "inspector-report": "visit",
    "inspector-sheet": "visit",
    # papers
    "verify": "verify_answer",
    "verify-typed": "verify_answer",
    "paper": "verify_answer",
    "estimate-paper": "look",
    "frontage-paper": "look",
    # people
    "sign-in": "sign_in",
    "sign-up": "sign_in",
    "sign-out": "sign_out",
    "set-language": "look",
    # a citizen's requests
    "services": "look",
    "request-new": "file_public_request",
    "request-step": "file_public_request",
    "request-check": "file_public_request",
    "request-abandon": "file_public_request",
    "request-tracked": "track",
    "requests-mine": "see_own",
    "request-track": "track",
    "case": "see_own",
    "case-move": "see_own",
    "case-reveal": "open_desk",
    "case-add-paper": "see_own",
    "document": "see_own",
    # desks
    "desk": "open_desk",
    "overview": "supervise",
    "audit-book": "audit",
    "administration": "administer",
    # plans
    "plans": "see_drafts",
    "plan-draft": "see_drafts",
    "plan-open": "edit_zoning",
    "plan-zone": "edit_zoning",
    "plan-submit": "edit_zoning",
    "plan-publish": "approve_zoning",
    "plan-zones-json": "see_drafts",
    # the same steps as JSON
    "api:schema": "look",
    "api:docs": "look",
    "api:parcels-search": "look",
    "api:parcels-at": "look",
    "api:parcel-evaluation": "look",
    "api:parcel-costs": "look",
    "api:services": "look",
    "api:district-day": "see_day",
    "api:district-day-send": "plan_day",
    "api:visits-mine": "visit",
    "api:visit-report": "visit",
    "api:request-file": "file_public_request",
    "api:request-track": "track",
    "api:zoning-versions": "look",
    "api:zoning-zones": "look",
    "api:offices-nearest": "look",
}
