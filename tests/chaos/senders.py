"""Senders of calls that do what senders do: without a 2xx they send the same call again."""

import http.client
import json
import threading
import time
from collections import Counter
from itertools import count

PATH = "/api/v1/webhook/chaos"


class Senders:
    """`number` senders that make `each` calls at least, every other one with a key, and go on until
    it is `enough`. Use it as a context; it waits for them. `acknowledged` are the deliveries that
    each call was answered 2xx with."""

    def __init__(self, port: int, number: int, each: int):
        self.port, self.each, self.enough = port, each, threading.Event()
        self.acknowledged: dict[str, list[str]] = {}
        self.answers: Counter[str] = Counter()
        self.slowest = 0.0
        self.threads = [
            threading.Thread(target=self._send_all, args=(n,), daemon=True) for n in range(number)
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join(900)

    @property
    def are_done(self) -> bool:
        return not any(thread.is_alive() for thread in self.threads)

    def _send_all(self, sender: int) -> None:
        line = None
        for number in count():
            if number >= self.each and self.enough.is_set():
                return
            sku = f"{sender}-{number}"
            while sku not in self.acknowledged:
                line = self._send(line, sku, keyed=number % 2 == 0)
            time.sleep(0.01)

    def _send(self, line, sku: str, keyed: bool):
        """One attempt. Returns the connection, where it can be used again."""
        headers = {"Content-Type": "application/json"} | ({"X-Key": sku} if keyed else {})
        line = line or http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        began = time.monotonic()
        try:
            line.request("POST", PATH, json.dumps({"sku": sku}), headers)
            answer = line.getresponse()
            told = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._pause(type(error).__name__)
            line.close()
            return None
        self.slowest = max(self.slowest, time.monotonic() - began)
        if answer.status == 202:
            self.answers["202"] += 1
            self.acknowledged[sku] = [*self.acknowledged.get(sku, []), json.loads(told)["delivery"]]
        else:
            self._pause(str(answer.status))
        return line

    def _pause(self, why: str) -> None:
        self.answers[why] += 1
        time.sleep(0.1)
