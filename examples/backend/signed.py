"""Whether what was posted came from the chat: Standard Webhooks 1.0, in the standard library alone."""

import base64
import hashlib
import hmac
import time

# What is older was recorded and is played again by somebody else.
TOLERANCE = 5 * 60


def is_signed(headers, body, secret, now=None):
    """`body` is what came, byte for byte: JSON that was parsed and written again is signed no more."""
    try:
        name, at = headers["webhook-id"], int(headers["webhook-timestamp"])
        signatures = headers["webhook-signature"].split()
    except (KeyError, ValueError):
        return False
    if abs((time.time() if now is None else now) - at) > TOLERANCE:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{name}.{at}.".encode() + body, hashlib.sha256)
    wanted = b"v1," + base64.b64encode(digest)
    # There are two while the secret is being changed. Each is compared in a time that tells nothing.
    return any([hmac.compare_digest(wanted, signature.encode()) for signature in signatures])
