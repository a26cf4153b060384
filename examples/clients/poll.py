"""A chat over plain HTTP, with nothing but Python: python3 poll.py URL USERNAME PASSWORD CHAT

Prints every message of the chat, old and new, and sends each line of the standard input. A send that got no answer is sent
again with the same `client_id`: the server takes it once.
"""

import json
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid

url, username, password, chat = sys.argv[1:5]


def ask(method, path, body=None, token=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url + path, data, headers, method=method), timeout=40) as answer:
        return json.load(answer)


token = ask("POST", "/api/auth/login", {"username": username, "password": password})["access_token"]


def patiently(*request):
    """Repeats a request until it is answered. A refusal (4xx) is an answer, and not worth repeating."""
    while True:
        try:
            return ask(*request, token=token)
        except urllib.error.HTTPError as refused:
            if refused.code < 500 and refused.code != 429:
                raise
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            pass
        time.sleep(1)


def send_lines():
    for line in sys.stdin:
        body = {"content": line.rstrip("\n"), "client_id": str(uuid.uuid4())}
        patiently("POST", f"/api/chats/{chat}/messages", body)


threading.Thread(target=send_lines, daemon=True).start()
last = 0
while True:
    # The server holds the request for up to 25 s, until something comes.
    page = patiently("GET", f"/api/chats/{chat}/poll?last_message_id={last}&wait=25")
    for message in page["data"]:
        print(f"{message['user']['name']}: {message['content']}", flush=True)
    last = page["last_message_id"]
