"""Random choices that can be repeated: a failed test prints the seed, `CHAT_TEST_SEED` gives it back."""

import os
import random
import secrets


def luck():
    seed = os.environ.get("CHAT_TEST_SEED") or secrets.token_hex(4)
    print(f"CHAT_TEST_SEED={seed}")
    return random.Random(seed)
