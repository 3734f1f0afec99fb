"""Headless Chromium, driven over its DevTools pipe: pages that are opened, looked at, typed into and photographed.

Nothing but Chromium itself is needed: with --remote-debugging-pipe it takes JSON on one descriptor and answers on another.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

# What others answer, whoever they are: no newer version, no news.
STRANGERS = b'{"tag_name": "v1.37.1", "refs": [{"id": "master", "ref": "x", "isMasterRef": true}], "results": []}'
KEYS = {"Escape": 27, "Enter": 13, "ArrowDown": 40, "ArrowUp": 38, "ArrowLeft": 37, "ArrowRight": 39, " ": 32}


def executable():
    """Chromium's path; it is installed where apt-get can. None where it can't be had."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    if not shutil.which("apt-get"):
        return None
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    print("browser: installing chromium with apt-get", file=sys.stderr)
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"]):
        subprocess.run([*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *command], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    return shutil.which("chromium")


class Chromium:
    def __init__(self, path):
        self.profile = tempfile.mkdtemp(prefix="nd-chromium.")
        to_browser, self.writing = os.pipe()
        self.reading, from_browser = os.pipe()

        def descriptors():
            # As Chromium wants them: 3 to read from, 4 to write to. They may be where the pipes' own ends are.
            ends = [os.dup(to_browser), os.dup(from_browser)]
            ends = [os.dup2(end, 10 + index) for index, end in enumerate(ends)]
            for index, end in enumerate(ends):
                os.dup2(end, 3 + index)

        self.process = subprocess.Popen(
            [path, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "--no-sandbox",
             "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--lang=en-GB", "about:blank"],
            preexec_fn=descriptors, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.number, self.answers, self.pages = b"", 0, {}, {}

    def send(self, method, session=None, **parameters):
        """Sends a command and returns its number."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        return self.number

    def command(self, method, session=None, patience=60, **parameters):
        """Sends a command and returns its result; what comes in between goes to the pages that it is about."""
        number = self.send(method, session, **parameters)
        end = time.monotonic() + patience
        while number not in self.answers:
            if not self.take(end - time.monotonic()):
                raise TimeoutError(f"Chromium does not answer {method}")
        answer = self.answers.pop(number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def take(self, seconds):
        """Reads what has come. Returns whether something had within so many seconds."""
        if not select.select([self.reading], [], [], max(0, seconds))[0]:
            return False
        data = os.read(self.reading, 1 << 20)
        if not data:
            raise RuntimeError("Chromium has ended")
        *messages, self.buffer = (self.buffer + data).split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self.answers[message["id"]] = message
            elif page := self.pages.get(message.get("sessionId")):
                page.note(message["method"], message["params"])
        return True

    def page(self, width=1280, height=900, *, phone=False, theme="dark"):
        return Page(self, width, height, phone, theme)

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    """A tab with a profile of its own, and all that went wrong in it."""

    def __init__(self, browser, width, height, phone, theme):
        self.browser = browser
        self.complaints, self.failures, self.outside, self.requests, self.answered = [], [], [], {}, {}
        self.home = ""
        context = browser.command("Target.createBrowserContext")["browserContextId"]
        self.target = browser.command("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        self.session = browser.command("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        browser.pages[self.session] = self
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(domain + ".enable")
        # The nodes of these tests speak plain HTTP: whatever is encrypted goes to somebody else, and does not leave this machine.
        self.do("Fetch.enable", patterns=[{"urlPattern": "https://*"}])
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if phone else 1, mobile=phone)
        if phone:
            self.do("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
        # A tab that nobody looks at is paused by some dashboards.
        self.do("Emulation.setFocusEmulationEnabled", enabled=True)
        self.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])

    def do(self, method, **parameters):
        return self.browser.command(method, self.session, **parameters)

    def note(self, method, about):
        """What the tab tells."""
        match method:
            case "Runtime.consoleAPICalled" if about["type"] in ("error", "assert"):
                self.complaints.append(" ".join(str(one.get("value", one.get("description"))) for one in about["args"]))
            case "Runtime.exceptionThrown":
                details = about["exceptionDetails"]
                self.complaints.append(details.get("exception", {}).get("description") or details["text"])
            case "Log.entryAdded" if about["entry"]["level"] == "error":
                self.complaints.append(f"{about['entry']['text']} {about['entry'].get('url', '')}")
            case "Network.requestWillBeSent":
                url = about["request"]["url"]
                self.requests[about["requestId"]] = url
                if not url.startswith((self.home, "data:", "blob:")):
                    self.outside.append(url)
            case "Fetch.requestPaused":
                self.browser.send("Fetch.fulfillRequest", self.session, requestId=about["requestId"], responseCode=200,
                                  responseHeaders=[{"name": "Access-Control-Allow-Origin", "value": "*"},
                                                   {"name": "Content-Type", "value": "application/json"}],
                                  body=base64.b64encode(STRANGERS).decode())
            case "Page.javascriptDialogOpening":
                # Until it is closed nothing else is answered.
                self.complaints.append(f"{about['type']}: {about['message']}")
                self.browser.send("Page.handleJavaScriptDialog", self.session, accept=True)
            case "Network.responseReceived":
                self.answered[about["response"]["url"]] = about["response"]
                if about["response"]["status"] >= 400:
                    self.failures.append(f"{about['response']['status']} {about['response']['url']}")
            case "Network.loadingFailed" if not about.get("canceled"):
                self.failures.append(f"{about['errorText']} {self.requests.get(about['requestId'], '?')}")

    def open(self, home, path=""):
        self.home = home
        self.do("Page.navigate", url=home + path)
        return self

    def see(self, expression):
        """The value of an expression in the page; promises are waited for."""
        answer = self.do("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(f"{expression}: {details.get('exception', {}).get('description', details['text'])}")
        return answer["result"].get("value")

    def wait(self, expression, seconds=20):
        """Until an expression is true. Returns what it is then; False where it has not become so."""
        end = time.monotonic() + seconds
        while True:
            try:
                if value := self.see(f"((value) => value instanceof Node || value)({expression})"):
                    return value
            except RuntimeError as error:
                # A page that has just been left, or has not begun.
                if not any(word in str(error).lower() for word in ("context", "null", "is not defined")):
                    raise
            if time.monotonic() > end:
                return False
            self.rest(0.15)

    def rest(self, seconds):
        """Lets the page be for a while, and hears what it tells."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.browser.take(left)

    def press(self, *keys):
        for key in keys:
            known = {"key": key, "windowsVirtualKeyCode": KEYS.get(key, ord(key[0].upper()))}
            text = {} if key in KEYS and key != " " else {"text": key}
            self.do("Input.dispatchKeyEvent", type="keyDown", **known, **(text or ({"text": "\r"} if key == "Enter" else {})))
            self.do("Input.dispatchKeyEvent", type="keyUp", **known)
            self.rest(0.1)

    def mouse(self, kind, x, y, *, shift=False, **more):
        self.do("Input.dispatchMouseEvent", type=kind, x=x, y=y, modifiers=8 if shift else 0, **more)

    def drag(self, x, y, by, *, shift=False):
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, button="left", clickCount=1, shift=shift)
        for part in range(1, 6):
            self.mouse("mouseMoved", x + by * part / 5, y, button="left", buttons=1, shift=shift)
        self.mouse("mouseReleased", x + by, y, button="left", clickCount=1, shift=shift)

    def photograph(self, path):
        data = base64.b64decode(self.do("Page.captureScreenshot", format="png")["data"])
        with open(path, "wb") as file:
            file.write(data)

    def close(self):
        self.browser.pages.pop(self.session, None)
        self.browser.command("Target.closeTarget", targetId=self.target)
