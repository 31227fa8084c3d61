"""How a student uses the site, played by locust: reads, answers, looks around, keeps the result, and goes.

Every student begins once and stops at the end; locust ends when the last one has. What the site acknowledged is written to
the file of the environment variable RECORD, for __main__.py to compare with the database.
"""

# ruff: noqa: S311 (what chance decides here is no secret)
import html
import json
import os
import random
import re
from pathlib import Path
from urllib.parse import urlencode

import gevent
from locust import FastHttpUser, events, task
from locust.exception import StopUser

# How much faster than in five minutes everything happens.
PACE = float(os.environ["PACE"])
# Most come with the bell, the others are let in a little later: parts of all students, and seconds in which they come.
ARRIVALS = [(0.75, (0, 60)), (0.25, (60, 100))]
# Seconds on each page: somebody of 14 needs a second and a half for an activity, and looks longer at a result.
SECONDS = {"home": 4, "start": 6, "answers": 15, "result": 18, "page": 5}
WORDS = ["nurse", "animals", "cars", "computer", "cook", "art", "music", "build houses", "teacher", "mashine", "police"]
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
CONTROL = re.compile(r"<(?:input|button)\b([^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
LINK = re.compile(r'<a\b[^>]*href="([^"]+)"')
FILE = re.compile(r'(?:href|src)="(/static/[^"#]+)')
CODE = re.compile(r'class="code">([0-9A-Z-]+)<')
# A site that is too busy says so, and is asked again.
BUSY, TRIES = 503, 20

found = {"times": {"GET": [], "POST": [], "file": []}, "students": [], "busy": 0, "errors": {}}


class Form:
    """A form as the page draws it: where it goes, and the controls with a name, each with its type and values."""

    def __init__(self, attributes: str, inside: str, page: str):
        self.action = dict(ATTRIBUTE.findall(attributes)).get("action", page)
        self.controls: dict[str, tuple[str, list[str]]] = {}
        for control in CONTROL.findall(inside):
            has = dict(ATTRIBUTE.findall(control))
            if "name" in has:
                _type, values = self.controls.setdefault(has["name"], (has.get("type", "text"), []))
                values.append(html.unescape(has.get("value", "")))


def forms(text: str, page: str) -> list[Form]:
    return [
        Form(attributes, inside, page) for attributes, inside in FORM.findall(text) if 'method="post"' in attributes
    ]


class Student(FastHttpUser):
    connection_timeout = network_timeout = 120

    def on_start(self):
        self.said = {"session": None, "begun": 0, "answers": {}, "aside": [], "code": None, "done": False}
        found["students"].append(self.said)
        # What somebody likes: more of some areas than of others.
        self.likes = random.sample([1, 2, 3, 3, 4, 5], 6)

    @task
    def journey(self):
        (_part, (first, last)) = random.choices(ARRIVALS, [part for part, _seconds in ARRIVALS])[0]
        gevent.sleep(random.uniform(first, last) / PACE)
        try:
            self.read_home()
            result = self.answer(self.begin())
            self.look_around(result)
            self.keep()
            self.said["done"] = True
        finally:
            self.said["session"] = next((cookie.value for cookie in self.client.cookiejar), None)
        raise StopUser

    # --- The steps ----------------------------------------------------------------------------------------------------

    def read_home(self):
        page = self.get("/")
        for file in set(FILE.findall(page)):
            self.ask("GET", file, kind="file")
        self.think("home")

    def begin(self) -> str:
        """The address of the first page of answers."""
        page = self.get("/assessment/")
        self.think("start")
        form = forms(page, "/assessment/")[0]
        address = self.post(form, {name: values[0] for name, (_type, values) in form.controls.items()})
        self.said["begun"] += 1
        return address

    def answer(self, address: str) -> str:
        """Answer page by page until the result is there, and read it."""
        while address != "/results/":
            form = forms(self.get(address), address)[0]
            self.think("answers")
            items = [name for name, (type_, _values) in form.controls.items() if type_ == "radio"]
            chosen = {name: self.choose(name, form.controls[name][1]) for name in items}
            address = self.post(form, chosen | {"go": "next"})
            self.said["answers"] |= {name.removeprefix("item-"): int(value) for name, value in chosen.items()}
        result = self.get(address)
        self.think("result")
        return result

    def choose(self, name: str, values: list[str]) -> str:
        area = (int(name.removeprefix("item-")) - 1) // 2 % 6
        place = self.likes[area] - 1 + random.choice([-1, 0, 0, 0, 1])
        return values[min(max(place, 0), len(values) - 1)]

    def look_around(self, result: str):
        """Ten pages, from the clusters of the result on."""
        cluster = self.see(random.choice(links(result, r"/clusters/[^/]+/")))
        pathway = self.see(random.choice(links(cluster, r"/clusters/[^/]+/[^/]+/")))
        occupations = links(pathway, r"/occupations/[\d.-]+/") or links(result, r"/occupations/[\d.-]+/")
        self.see(random.choice(occupations))
        programs = self.see("/programs/")
        self.see(random.choice(links(programs, r"/programs/[^/]+/")))
        self.see("/occupations/")
        hits = self.see(f"/search/?{urlencode({'q': random.choice(WORDS)})}")
        occupations += links(hits, r"/occupations/[\d.-]+/")
        self.see(random.choice(occupations))
        codes = random.sample(sorted({address.split("/")[2] for address in occupations}), 2)
        self.see(f"/compare/?{urlencode({'o': codes}, doseq=True)}")
        self.see("/clusters/")

    def keep(self):
        """Put a cluster of the result aside, and have a code made to come back with."""
        result = self.get("/results/")
        self.think("page")
        aside = next(form for form in forms(result, "/results/") if form.action == "/results/aside/")
        sent = {name: values[0] for name, (_type, values) in aside.controls.items()}
        address = self.post(aside, sent)
        self.said["aside"].append(sent["what"])
        keep = next(form for form in forms(self.get(address), address) if form.action == "/results/code/")
        self.said["code"] = CODE.search(self.ask("POST", keep.action).text)[1]

    # --- The browser --------------------------------------------------------------------------------------------------

    def think(self, page: str):
        gevent.sleep(SECONDS[page] * random.uniform(0.7, 1.3) / PACE)

    def see(self, address: str) -> str:
        page = self.get(address)
        self.think("page")
        return page

    def get(self, address: str) -> str:
        return self.ask("GET", address).text

    def post(self, form: Form, data: dict[str, str]) -> str:
        """Send a form; returns the address that the answer leads to."""
        return self.ask("POST", form.action, urlencode(data)).headers["Location"]

    def ask(self, method: str, address: str, data: str = "", kind: str = ""):
        """The answer of the site. One that is an error is asked for again, as somebody would who sees it."""
        kind = kind or method
        headers = {"Sec-Fetch-Site": "same-origin"}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        for _try in range(TRIES):
            with self.client.request(
                method,
                address,
                name=kind,
                data=data or None,
                headers=headers,
                allow_redirects=False,
                catch_response=True,
            ) as answer:
                if answer.status_code in (200, 302):
                    answer.success()
                    found["times"][kind].append(answer.request_meta["response_time"])
                    return answer
                wait = float(answer.headers.get("Retry-After", 1)) if answer.headers else 1
                if answer.status_code == BUSY:
                    answer.success()
                    found["busy"] += 1
                else:
                    what = f"{method} {answer.status_code} {answer.error or ''}".strip()
                    answer.failure(what)
                    found["errors"][what] = found["errors"].get(what, 0) + 1
            gevent.sleep(wait)
        raise StopUser


def links(page: str, pattern: str) -> list[str]:
    """The addresses of a pattern that the page leads to."""
    return sorted({address for address in LINK.findall(page) if re.fullmatch(pattern, address)})


@events.init.add_listener
def stop_after_the_last(environment, **_options):
    """End when every student has."""

    def watch():
        runner = environment.runner
        while len(found["students"]) < runner.target_user_count or not runner.target_user_count or runner.user_count:
            gevent.sleep(0.5)
        runner.quit()

    gevent.spawn(watch)


@events.quitting.add_listener
def write(**_options):
    Path(os.environ["RECORD"]).write_text(json.dumps(found))
