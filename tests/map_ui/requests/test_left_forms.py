"""Papers of a form that was never sent do not stay for ever."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from map_ui.requests import drafts
from map_ui.tasks import sweep_left_forms
from parcels.service_requests.uploads import checked
from tests.parcels.service_requests.situations import lot_in_a_zone

pytestmark = pytest.mark.django_db


def left_paper() -> str:
    client = Client()
    parcel = lot_in_a_zone()
    session = client.session
    draft = drafts.begin(session, "PB-09", parcel.key)
    draft.take_paper(checked("deed", "a.pdf", b"%PDF-1.7\n%%EOF"))
    drafts.save(session, draft)
    return draft.values["papers"]["deed"]["path"]


def test_a_paper_stays_as_long_as_its_session_may_and_not_longer():
    path = left_paper()
    sweep_left_forms(0)
    assert default_storage.exists(path)
    drafts.sweep(before=timezone.now() + timedelta(seconds=1))
    assert not default_storage.exists(path)


def test_leaving_a_form_deletes_its_papers_at_once():
    client = Client()
    parcel = lot_in_a_zone()
    session = client.session
    draft = drafts.begin(session, "PB-09", parcel.key)
    draft.take_paper(checked("deed", "a.pdf", b"%PDF-1.7\n%%EOF"))
    drafts.save(session, draft)
    path = draft.values["papers"]["deed"]["path"]
    drafts.drop(session, draft.uuid)
    assert not default_storage.exists(path)
