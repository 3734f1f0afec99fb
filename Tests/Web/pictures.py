"""The pictures of docs/: taken of a live node, made small."""
import os
import subprocess

from scene import MACHINE

READY = "document.querySelectorAll('.chart canvas').length > 3"


def take(browser, name, scene, hosts, directory):
    os.makedirs(directory, exist_ok=True)
    for picture in OWN if name == "own" else CLASSIC:
        path, where, how, steps = picture
        page = browser.page(**how)
        page.open(scene.home, where.format(guid=hosts[MACHINE]["guid"], name=MACHINE))
        page.rest(8)
        for step in steps:
            page.see(step)
        page.rest(0.5)
        save(page, f"{directory}/{path}.png")
        page.close()


def save(page, path):
    """128 colours are enough for a dashboard; pngquant where it is there."""
    page.photograph(path)
    try:
        subprocess.run(["pngquant", "--force", "--ext", ".png", "--skip-if-larger", "128", path], check=False)
    except FileNotFoundError:
        print("pictures: without pngquant they are large")
    print(f"{path}: {os.path.getsize(path)} bytes")


OWN = [
    ("dashboard-dark", "", {"height": 860}, []),
    ("dashboard-light", "#host={guid}&window=300", {"height": 860, "theme": "light"}, []),
    ("dashboard-chart", "#host={guid}&chart=system.cpu", {"height": 700},
     ["pointer.at = Math.round(now() - 100)", "drawSoon()"]),
    ("dashboard-refusals", "#view=refusals", {"height": 560}, ["document.querySelector('#refusals details').open = true"]),
    ("dashboard-phone", "", {"width": 390, "height": 800, "phone": True}, []),
    ("dashboard-phone-charts", "#host={guid}", {"width": 390, "height": 800, "phone": True}, ["document.querySelector('#tools').scrollIntoView()"]),
]
CLASSIC = [
    ("dashboard-netdata", "host/{name}/", {"height": 860}, []),
    ("dashboard-netdata-old", "host/{name}/old/", {"height": 860}, []),
]
