"""Mistakes that the simulation plants are in no binary that people run."""

import pathlib
import re

from harness.server import ROOT, binary

SIGN = "planted-mistake:"


def test_the_binary_has_no_planted_mistake():
    named = (ROOT / "crates/chat-transport/src/mistakes.rs").read_text()
    assert SIGN in named and len(re.findall(r'^ +[A-Z]\w+ = "', named, re.M)) >= 14
    assert SIGN.encode() not in pathlib.Path(binary()).read_bytes()
