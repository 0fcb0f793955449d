"""Releases from the package index: fetched once, kept by hash, never installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from packaging.utils import InvalidSdistFilename, parse_sdist_filename
from packaging.version import Version

from verify.releases import (
    AFTER_SPLIT,
    BEFORE_SPLIT,
    ReleaseError,
    cache_folder,
    fetch,
    pip_download,
    sha256_of,
)
from verify.sides.spec import ReleaseSpec

_SECONDS = 60
_MOST_BYTES = 1 << 30
_DEFAULT_INDEX = "https://pypi.org/simple"
# These are built for one platform, and hold Python source that any can read.
_PINNED = {
    (release.project, release.version): release
    for release in (BEFORE_SPLIT, AFTER_SPLIT)
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file of a release, and the hash that it has."""

    path: Path
    sha256: str

    @property
    def identity(self) -> str:
        return f"{self.path.name}, sha256 {self.sha256[:12]}"


def fetch_release(spec: ReleaseSpec) -> Fetched:
    """The wheel or the source archive of a release, from the cache or the index.

    Writes to the cache folder only, and runs nothing of the release. Raises
    `ReleaseError`.
    """
    pinned = _PINNED.get((spec.project, spec.version))
    if pinned is not None and not spec.is_source:
        fetched = Fetched(fetch(pinned), pinned.sha256)
    else:
        fetched = _kept(spec) or _download(spec)
    if spec.sha256 not in (None, fetched.sha256):
        raise ReleaseError(
            f"{spec} has the hash {fetched.sha256}, not the pinned {spec.sha256}"
        )
    return fetched


def _note_of(spec: ReleaseSpec) -> Path:
    """Where the cache says which file a release is; wheels differ by Python."""
    kind = "sdist" if spec.is_source else f"wheel-cp{sys.version_info[1]}"
    name = f"{spec.project}-{urllib.parse.quote(spec.version, safe='')}-{kind}.json"
    return cache_folder() / "releases" / name


def _kept(spec: ReleaseSpec) -> Fetched | None:
    """What the cache has, if its content still has the hash it was kept under."""
    try:
        noted = json.loads(_note_of(spec).read_text("utf-8"))
        path = cache_folder() / "releases" / noted["sha256"] / Path(noted["name"]).name
        if sha256_of(path) == noted["sha256"]:
            return Fetched(path, noted["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _download(spec: ReleaseSpec) -> Fetched:
    folder = cache_folder() / "releases"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            get = _download_source if spec.is_source else _download_wheel
            return _keep(spec, get(spec, Path(scratch)))
    except OSError as error:
        raise ReleaseError(f"{spec} cannot be kept in {folder}: {error}") from None


def _keep(spec: ReleaseSpec, downloaded: Path) -> Fetched:
    sha256 = sha256_of(downloaded)
    path = cache_folder() / "releases" / sha256 / downloaded.name
    path.parent.mkdir(exist_ok=True)
    os.replace(downloaded, path)
    note = downloaded.with_name("note.json")
    note.write_text(json.dumps({"name": path.name, "sha256": sha256}), "utf-8")
    os.replace(note, _note_of(spec))
    return Fetched(path, sha256)


def _download_wheel(spec: ReleaseSpec, into: Path) -> Path:
    requirement = f"{spec.project}=={spec.version}"
    pip_download(
        str(spec),
        *("--only-binary", ":all:", "--dest", str(into), "--", requirement),
    )
    wheels = [*into.glob("*.whl")]
    if len(wheels) != 1:
        raise ReleaseError(f"{spec} cannot be downloaded: pip brought no one wheel")
    return wheels[0]


def _download_source(spec: ReleaseSpec, into: Path) -> Path:
    """Take the source archive from the index itself: pip would build it."""
    page = f"{_index_url().rstrip('/')}/{spec.project}/"
    try:
        url, sha256 = _source_file(spec, _links(_get(page)))
        content = _get(urllib.parse.urljoin(page, url))
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{spec} cannot be downloaded: {error}") from None
    archive = into / _name_in(url)
    archive.write_bytes(content)
    if sha256_of(archive) != sha256:
        raise ReleaseError(f"{spec} has another hash than the index says")
    return archive


def _source_file(spec: ReleaseSpec, links: list[str]) -> tuple[str, str]:
    """The address and the hash of the archive, of what the index links to."""
    for link in links:
        address, _, fragment = link.partition("#")
        try:
            project, version = parse_sdist_filename(_name_in(address))
        except InvalidSdistFilename:
            continue
        if project == spec.project and version == Version(spec.version):
            return address, fragment.removeprefix("sha256=")
    raise ReleaseError(f"{spec} has no source archive on the index")


def _name_in(address: str) -> str:
    path = urllib.parse.urlsplit(address).path
    return urllib.parse.unquote(path.rpartition("/")[2]).replace("/", "_")


def _links(page: bytes) -> list[str]:
    """What a page of the index links to, as PEP 503 has it."""
    found: list[str] = []

    class Anchors(HTMLParser):
        def handle_starttag(
            self, tag: str, attrs: list[tuple[str, str | None]]
        ) -> None:
            found.extend(v for k, v in attrs if tag == "a" and k == "href" and v)

    Anchors().feed(page.decode("utf-8", "replace"))
    return found


def _index_url() -> str:
    """The index that pip is set to use."""
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    named = os.environ.get("PIP_INDEX_URL")
    if named:
        return named
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return _DEFAULT_INDEX
    return done.stdout.strip() if not done.returncode else _DEFAULT_INDEX


def _get(url: str) -> bytes:
    if urllib.parse.urlsplit(url).scheme not in ("https", "http"):
        raise ReleaseError(f"{url!r} is no address of a package index")
    request = urllib.request.Request(url, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
        content: bytes = answer.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ReleaseError(f"{url!r} answers with more than a gigabyte")
    return content
