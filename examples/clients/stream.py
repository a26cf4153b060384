"""A chat as server-sent events, with nothing but Python: python3 stream.py URL USERNAME PASSWORD CHAT

Prints everything that happens in the chat from now on. The newest `id:` is a cursor: whoever gives it back as
`Last-Event-ID` hears exactly what was missed, edits, deletes and likes included.
"""

import json
import sys
import time
import urllib.error
import urllib.request

url, username, password, chat = sys.argv[1:5]


def log_in():
    body = json.dumps({"username": username, "password": password}).encode()
    asked = urllib.request.Request(f"{url}/api/auth/login", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return json.load(answer)["access_token"]


def listen(token, cursor):
    """Prints what comes until the connection breaks; returns the newest cursor."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    if cursor:
        headers["Last-Event-ID"] = cursor
    asked = urllib.request.Request(f"{url}/api/chats/{chat}/stream", headers=headers)
    try:
        # A comment comes every 15 s, so a stream that is silent for longer is dead.
        with urllib.request.urlopen(asked, timeout=40) as lines:
            for line in lines:
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "id":
                    cursor = value
                elif field == "data":
                    show(json.loads(value))
    except urllib.error.HTTPError as refused:
        if refused.code < 500 and refused.code != 429:
            raise
    except (OSError, ValueError):
        pass
    return cursor


def show(event):
    data = event["data"]
    match event["type"]:
        case "message":
            print(f"{data['user']['name']}: {data['content']}", flush=True)
        case "message_updated":
            print(f"{data['user']['name']} (edited): {data['content']}", flush=True)
        case "resync":
            print("(too long away: load the history anew)", flush=True)
        case other:
            print(f"({other})", flush=True)


token, cursor = log_in(), None
while True:
    cursor = listen(token, cursor)
    time.sleep(1)
