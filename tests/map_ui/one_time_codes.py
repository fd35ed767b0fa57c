"""What an app for one-time codes shows."""

import base64
import hashlib
import hmac
import struct
import time


def shown_by_the_app(secret: str) -> str:
    """What an app shows now: RFC 6238 with SHA-1, 30 seconds, six digits."""
    key, step = base64.b32decode(secret), int(time.time()) // 30
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"
