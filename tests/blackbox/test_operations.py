"""The files for operators name figures that are served, and the figures count what happens."""

import json
import pathlib
import re

import pytest
import websockets

from harness import http
from harness.people import register

OPERATIONS = pathlib.Path(__file__).resolve().parents[2] / "examples" / "operations"
SUFFIXES = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"], "info": ["_info"]}
# Words of the query language with an underscore.
WORDS = {"histogram_quantile"}


async def figures(server):
    async with http.session().get(server.admin_url + "/metrics") as response:
        assert response.status == 200
        return await response.text()


def served(text):
    found = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M)
    return {name + suffix for name, kind in found for suffix in SUFFIXES[kind]}


def value(text, sample):
    found = re.search(rf"^{re.escape(sample)} (\S+)$", text, re.M)
    return float(found[1]) if found else 0.0


def named(expression):
    return set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", re.sub(r'"[^"]*"', "", expression))) - WORDS


async def test_dashboard_and_alerts_name_what_is_served(server):
    names = served(await figures(server))
    dashboard = json.loads((OPERATIONS / "grafana.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    alerts = re.findall(r"^\s+expr: (.*)$", (OPERATIONS / "alerts.yml").read_text(), re.M)
    assert len(expressions) > 10 and len(alerts) > 5
    unknown = {name for expression in expressions + alerts for name in named(expression)} - names
    assert unknown == set()


async def test_the_figures_count_what_happens(server):
    before = await figures(server)
    anna = await register(server)
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(f"{server.ws_url}/ws?token=bad")
    async with websockets.connect(f"{server.ws_url}/ws?token={anna.token}") as socket:
        await socket.send('{"type":"ping"}')
        await socket.recv()
    await http.call(server, "GET", "/api/nothing", expect=404)
    login = {"username": anna.username, "password": "not the password"}
    await http.call(server, "POST", "/api/auth/login", login, expect=401)
    after = await figures(server)
    for sample, grown in [
        ('handshakes_refused_total{code="UNAUTHORIZED"}', 1),
        ('http_responses_total{status="404"}', 1),
        ('http_responses_total{status="401"}', 2),
        ("login_seconds_count", 1),
        ('websocket_messages_total{event="ping",status="ok",dialect="multiplexed"}', 1),
    ]:
        assert value(after, sample) - value(before, sample) == grown, sample
    assert value(after, "connections_accepted_total") > value(before, "connections_accepted_total")
    assert not re.search(r'(user|room|chat)="', after)
