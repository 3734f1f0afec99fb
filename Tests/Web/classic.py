"""Debian's dashboards of netdata-web, served by ndstream: drawn, live, and without an error."""
import glob
import os
import subprocess
import urllib.error
import urllib.request

from scene import MACHINE

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLACE = f"{TOP}/.build/netdata-web"
# The dashboard, and what its links for fonts and icons lead to.
PACKAGES = ("netdata-web", "fonts-font-awesome", "libjs-bootstrap", "fonts-glyphicons-halflings")
# One of each, as it is named by the dashboard.
LINKS = ("css/font-awesome.min.css", "fonts/fontawesome-webfont.woff2", "fonts/glyphicons-halflings-regular.woff2")


def files():
    """The directory of Debian's dashboard, unpacked below .build; None where it can't be had."""
    web = f"{PLACE}/usr/share/netdata/web"
    if not all(os.path.exists(f"{web}/{name}") for name in ("index.html", *LINKS)):
        os.makedirs(PLACE, exist_ok=True)
        subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=PLACE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for package in glob.glob(f"{PLACE}/*.deb"):
            subprocess.run(["dpkg", "-x", package, PLACE], check=True)
    return web if os.path.exists(f"{web}/index.html") else None


# How many of the first pictures on the screen have more than two colours.
DRAWN = """[...document.querySelectorAll('canvas')].filter((canvas) => canvas.getBoundingClientRect().top < innerHeight && canvas.width)
  .slice(0, 12).filter((canvas) => {
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, Math.min(canvas.height, 120)).data;
    return new Set(new Uint32Array(data.buffer)).size > 2;
  }).length"""

# Whom Netdata's dashboards ask whatever a node answers: for its newest version, and for news. The test answers in
# their place.
KNOWN = ("api.github.com", "netdata-news.cdn.prismic.io")


def served(url, path):
    """The status of an answer; of one that is not what the file has, None."""
    try:
        with urllib.request.urlopen(url) as reply, open(path, "rb") as file:
            return reply.status if reply.read() == file.read() else None
    except urllib.error.HTTPError as error:
        return error.code


def run(browser, check, scene):
    print("dashboards of netdata-web", flush=True)
    for name in LINKS:
        status = served(scene.home + name, f"{scene.web}/{name}")
        check(f"{name}: what its link leads to is served", status == 200, status)
    for path, what in (("", "React"), (f"host/{MACHINE}/", "React, mirrored host"), ("old/", "classic"),
                       (f"host/{MACHINE}/old/", "classic, mirrored host")):
        page = browser.page(1280, 1000)
        page.open(scene.home, path)
        drawn = page.wait(f"({DRAWN}) >= 2", 90)
        check(f"{what}: charts are drawn", bool(drawn), page.see("document.body.innerText.slice(0, 200)"))
        # The newer one takes its time to begin on a busy machine.
        page.see("numbers = () => document.body.innerText.match(/[0-9]+[.,][0-9]+/g)?.join(); before = numbers()")
        check(f"{what}: values change", page.wait("numbers() !== before", 40))
        asked = sum("/api/v1/data?" in url for url in page.requests.values())
        page.rest(15)
        later = sum("/api/v1/data?" in url for url in page.requests.values())
        check(f"{what}: data is asked for again and again", later > asked, f"{asked} requests, then {later}")
        check.clean(page, what, known=KNOWN)
        page.close()
