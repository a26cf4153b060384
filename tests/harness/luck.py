"""Random choices that can be repeated: a failed test prints its seed, and `CHAT_TEST_SEED` sets it."""

import os
import random
import secrets


def luck():
    seed = os.environ.get("CHAT_TEST_SEED") or secrets.token_hex(4)
    print(f"CHAT_TEST_SEED={seed}")
    return random.Random(seed)
