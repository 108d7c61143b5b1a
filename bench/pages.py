"""What a first visit costs: server time of a page, and the compressed weight of its own scripts."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request

SCRIPT = re.compile(r"""<script\b[^>]*\bsrc="([^"]+)\"""")
PRELOAD = re.compile(r"""<link\b[^>]*\brel="modulepreload"[^>]*\bhref="([^"]+)\"""")
IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+\.js)["']""")


def _fetch(url: str, encoding: str) -> bytes:
    request = urllib.request.Request(url, headers={"Accept-Encoding": encoding})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())


def script_bytes(port: int, path: str, encoding: str) -> tuple[int, int]:
    """Number and compressed bytes of all scripts a page loads, followed through their imports."""
    page = f"http://127.0.0.1:{port}{path}"
    try:
        html = _fetch(page, "identity").decode()
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{path} answered {error.code}: {error.read()[:500]!r}") from error
    waiting = [urllib.parse.urljoin(page, found) for found in SCRIPT.findall(html) + PRELOAD.findall(html)]
    seen: set[str] = set()
    total = 0
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        seen.add(url)
        total += len(_fetch(url, encoding))
        source = _fetch(url, "identity").decode()
        waiting += [urllib.parse.urljoin(url, found) for found in IMPORT.findall(source)]
    return len(seen), total
