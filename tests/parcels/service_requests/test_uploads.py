"""A paper that is too large is refused before it is read into memory."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gis_core.errors import BadInput
from parcels.service_requests.uploads import LARGEST_BYTES, checked_file


class NeverRead(SimpleUploadedFile):
    """A file whose size is known and whose content nobody may ask for."""

    def read(self, *_args):
        raise AssertionError("A file that is too large was read.")


def test_a_file_that_is_too_large_is_not_read():
    sent = NeverRead("deed.pdf", b"%PDF-1.7 %%EOF")
    sent.size = LARGEST_BYTES + 1
    with pytest.raises(BadInput) as refused:
        checked_file("deed", sent)
    assert refused.value.details == {"kind": "deed", "bytes": LARGEST_BYTES + 1}


def test_a_small_one_is_taken():
    assert (
        checked_file("deed", SimpleUploadedFile("d.pdf", b"%PDF-1.7 %%EOF")).media_type == "application/pdf"
    )
