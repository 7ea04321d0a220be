"""Looks at the status page of the sandbox with a real browser, without a window.

    python browser.py VECTCUT [FOLDER]

VECTCUT is the command. With FOLDER it keeps a picture of the page for each size, language and color scheme.
It needs Chromium and nothing else, and says so where there is none.
"""

import base64
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --remote-debugging-pipe"
).split()
MEDIA = Path(__file__).resolve().parent.parent / "media"
# Width in pixels, language, color scheme.
VIEWS = [(1280, "en", "light"), (1280, "zh-CN", "dark"), (390, "zh-CN", "light"), (390, "en", "dark")]
# A fault whose text is a secret, and one that never strikes.
FAULTS = ["--fault=put:status=503,body=canary", "--fault=abort:delay=1s"]
PATIENCE = 20


class Browser:
    """A browser that is told what to do over two pipes: JSON messages, each with a zero byte behind it."""

    def __init__(self, program, profile):
        to_browser, self.to_browser = os.pipe()
        self.from_browser, from_browser = os.pipe()

        def give_pipes():
            # The browser reads from 3 and writes to 4. Moved aside first, so that neither replaces the other.
            reads, writes = os.dup(to_browser), os.dup(from_browser)
            os.dup2(reads, 3)
            os.dup2(writes, 4)

        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=give_pipes,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.numbers = itertools.count(1)
        self.buffered = b""
        self.session = None
        # What the page complains about: exceptions, and what its policy refuses.
        self.complaints = []

    def tell(self, method, **params):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        while True:
            reply = self.read()
            if reply.get("id") == number:
                assert "error" not in reply, (method, reply["error"])
                return reply["result"]
            if reply.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.complaints.append(reply["params"])

    def read(self):
        while b"\0" not in self.buffered:
            chunk = os.read(self.from_browser, 65536)
            assert chunk, "the browser has ended"
            self.buffered += chunk
        message, self.buffered = self.buffered.split(b"\0", 1)
        return json.loads(message)

    def open(self):
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime", "Network"):
            self.tell(f"{domain}.enable")

    def evaluate(self, expression):
        return self.tell("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait(self, expression):
        end = time.monotonic() + PATIENCE
        while not self.evaluate(expression):
            assert time.monotonic() < end, f"never: {expression}\n{self.evaluate('document.body.innerText')}"
            time.sleep(0.05)

    def close(self):
        self.process.kill()
        self.process.wait()


def start(command, folder):
    """Starts a sandbox. Returns it, its settings and the address of its page."""
    sandbox = subprocess.Popen(
        [command, "sandbox", *FAULTS], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    page = None
    while page is None:
        line = sandbox.stderr.readline()
        assert line, "the sandbox has ended"
        page = re.search(r"http://\S+\?token=\S+", line)
    # All settings were printed before the address.
    settings = {}
    while "OSS_ACCESS_KEY_SECRET" not in settings:
        name, value = re.fullmatch(r"export (\w+)='(.*)'\n", sandbox.stdout.readline()).groups()
        settings[name] = value
    return sandbox, settings, page.group()


def upload(command, settings, *arguments):
    environment = {**os.environ, **settings, "NO_PROXY": "127.0.0.1,localhost"}
    line = [command, "upload", "-q", "--no-ledger", *map(str, arguments)]
    return subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL)


def check(browser, address, command, settings, folder, pictures):
    browser.open()
    browser.tell("Page.navigate", url=address)
    browser.wait("document.querySelector('#connection')?.className === 'good'")
    assert browser.evaluate("document.querySelectorAll('#requests tr').length") == 0

    # What happens from here on shows without a reload.
    files = [MEDIA / name for name in ("picture.png", "chime.wav", "index-first.mp4")]
    assert upload(command, settings, *files).wait() == 0
    browser.wait("document.querySelectorAll('#objects li').length === 3")
    browser.wait("document.querySelectorAll('.state.published').length === 3")
    browser.wait("document.querySelector('#objects img')?.naturalWidth > 0")
    browser.wait("document.querySelector('#objects audio')?.readyState > 0")
    browser.wait("document.querySelector('#requests .bad')?.textContent === '503'")
    browser.wait("document.querySelector('#faults li .count').textContent.endsWith('1')")
    slow = Path(folder) / "slow.bin"
    slow.write_bytes(os.urandom(3 * 1024 * 1024))
    upload_of_slow = upload(command, settings, "--limit-rate=500k", "--part-size=512k", slow)
    browser.wait("document.querySelector('.state.receiving') && document.querySelector('progress').value > 0.1")

    for width, language, scheme in VIEWS:
        browser.tell("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        browser.tell("Network.setUserAgentOverride", userAgent="test", acceptLanguage=language)
        browser.tell("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        browser.tell("Page.reload")
        browser.wait("document.querySelectorAll('#objects li').length >= 3")
        browser.wait(f"document.documentElement.lang === '{language}'")
        wide = browser.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"the page is {wide} pixels wide in {width}"
        text = browser.evaluate("document.body.innerText") + browser.evaluate("document.body.innerHTML")
        secrets = [value for name, value in settings.items() if "KEY" in name]
        for secret in [*secrets, "canary", "Signature"]:
            assert secret not in text, f"{secret} is on the page"
        if pictures:
            height = browser.evaluate("document.documentElement.scrollHeight")
            clip = {"x": 0, "y": 0, "width": width, "height": min(height, 2600), "scale": 1}
            shot = browser.tell("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
            (Path(pictures) / f"status-{width}-{language}-{scheme}.png").write_bytes(base64.b64decode(shot))
    upload_of_slow.kill()
    assert browser.complaints == [], browser.complaints


def main():
    command, pictures = sys.argv[1], (sys.argv[2:] or [None])[0]
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None or os.name != "posix":
        print("skipped: there is no Chromium that takes orders over pipes, so no browser looks at the status page")
        return
    with tempfile.TemporaryDirectory() as folder:
        sandbox, settings, address = start(command, folder)
        browser = Browser(program, Path(folder) / "profile")
        try:
            check(browser, address, command, settings, folder, pictures)
        finally:
            browser.close()
            sandbox.terminate()
            sandbox.communicate()
    print(f"browser: the status page is fine in {len(VIEWS)} views")


main()
