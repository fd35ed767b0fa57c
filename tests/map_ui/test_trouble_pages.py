"""Troubles are told in one sentence with a code, in the language of the page."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

pytestmark = pytest.mark.django_db


def test_an_address_that_is_none():
    response = Client().get("/no/such/page/")
    assert response.status_code == 404
    assert "چنین صفحه‌ای نیست" in response.content.decode()


def test_a_trouble_has_its_sentence_and_its_code():
    response = Client().get("/parcels/9-9-9-9-0-0-0/")
    shown = response.content.decode()
    assert response.status_code == 404
    assert "NOT_FOUND" in shown
    english = Client().get("/parcels/9-9-9-9-0-0-0/", headers={"accept-language": "en"}).content.decode()
    assert "There is no parcel with this code on that day." in english


def test_a_stale_form_files_nothing_and_says_so():
    response = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "a", "password": "b"})
    assert response.status_code == 403
    assert "STALE_FORM" in response.content.decode()


def test_the_page_of_our_own_faults_needs_nothing_to_be_shown():
    assert "OUR_FAULT" in render_to_string("500.html")


def test_a_zero_byte_in_an_address_is_bad_input_and_no_fault_of_ours():
    response = Client(raise_request_exception=False).get("/offices/near/", {"parcel": "3\x00"})
    assert response.status_code in (400, 404)
