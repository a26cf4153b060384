"""Checks that a posted event came from the chat: Standard Webhooks 1.0, with the standard library alone."""

import base64
import hashlib
import hmac
import time

# An older event may have been recorded and sent again by somebody else.
TOLERANCE = 5 * 60


def is_signed(headers, body, secret, now=None):
    """`body` must be the bytes as they came: JSON that was parsed and written again has another signature."""
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
    # There are two signatures while the secret is being changed. All are compared, in constant time.
    return any([hmac.compare_digest(wanted, signature.encode()) for signature in signatures])
