"""A headless Chromium, to look at pages with. Nothing that it is shown reaches out."""

from __future__ import annotations

import os
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path
from tempfile import TemporaryDirectory

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--proxy-server=127.0.0.1:9",  # nothing is fetched
)
_ANSWER = "answer-of-the-test"
_POLICY = '<meta http-equiv="Content-Security-Policy"'


def installed() -> str | None:
    """The browser of this machine; `$REHOME_BROWSER` may name it."""
    given = os.environ.get("REHOME_BROWSER")
    return given or next(filter(None, map(shutil.which, NAMES)), None)


def run(
    browser: str, page: Path, *arguments: str, width: int = 1280, dark: bool = False
) -> str:
    """What the browser prints of a page."""
    with TemporaryDirectory() as profile:
        done = subprocess.run(
            [
                browser,
                *_QUIET,
                f"--user-data-dir={profile}",
                f"--window-size={width},1000",
                f"--blink-settings=preferredColorScheme={int(not dark)}",
                *arguments,
                page.as_uri(),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=120,
            check=True,
        )
    return done.stdout.decode("utf-8")


def asked(
    browser: str,
    html: str,
    script: str,
    folder: Path,
    *,
    width: int,
    dark: bool = False,
) -> str:
    """What a script answers on a page: it calls `answer(text)`. The page lets no script
    run, so the one thing that is changed is that it does. No window is narrower than
    500 pixels: such a page stands in a frame.
    """
    start = html.index(_POLICY)
    html = html[:start] + html[html.index(">", start) + 1 :]
    end = html.rindex("</body>")
    scripts = f"<script>{_HELPER}</script><script>{script}</script>"
    inner = f"{html[:end]}{scripts}{html[end:]}"
    if width < _LEAST:
        inner = (
            f"<!DOCTYPE html><title>a frame</title><body><script>{_LISTEN}</script>"
            f'<iframe width="{width}" height="900" style="border:0"'
            f' srcdoc="{escape(inner)}"></iframe>'
        )
    page = folder / "asked.html"
    page.write_text(inner, encoding="utf-8")
    budget = "--virtual-time-budget=60000"
    window = max(width, _LEAST)
    shown = run(browser, page, budget, "--dump-dom", width=window, dark=dark)
    _, _, rest = shown.partition(f'<pre id="{_ANSWER}">')
    assert rest, "the script gave no answer"
    return unescape(rest.partition("</pre>")[0])


_LEAST = 500
_WRITE = (
    "const found = document.createElement('pre');"
    f"found.id = '{_ANSWER}'; found.textContent = text;"
    "document.body.replaceChildren(found)"
)
_HELPER = (
    "function answer(text) {"
    f" if (parent !== window) parent.postMessage(text, '*'); else {{ {_WRITE} }} }}"
)
_LISTEN = (
    f"addEventListener('message', event => {{ const text = event.data; {_WRITE} }})"
)
