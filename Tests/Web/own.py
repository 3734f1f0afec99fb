"""ndstream's own dashboard: what it must show, and what people do with it."""
import json
import re
import time

import prefix
from checks import PAINTED
from scene import HOSTILE, MACHINE, free_port

CHART = '[data-chart="system.cpu"]'


def text(page, selector):
    return page.see(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")


def address(page):
    return page.see("location.hash")


def overview(page, check, scene):
    page.open(scene.home)
    check("the overview is there", page.wait("!document.querySelector('[data-page=overview]').hidden"))
    check("it says that something is to be put right", "to put right" in text(page, "#verdict"), text(page, "#verdict"))
    items = page.see("[...document.querySelectorAll('#attention li')].map((one) => one.innerText)") or []
    refused = next((one for one in items if "key-one-off" in one), "")
    check("the refused child is told with its code", "ND-F7" in refused, refused)
    # The line to change is in sight before anything is clicked; what a code means is asked for when an item is there.
    line = "[...document.querySelectorAll('#attention li')].some((one) => /key-one-off[^]*(api key =|enabled = yes)/.test(one.innerText))"
    check("and with the line to change", page.wait(line), refused)
    check("the lost child is told", any(one.split("\n")[1:2] == ["left"] for one in items), items)
    check("the alarm is told", any("db-primary" in one and "98" in one for one in items), items)
    known = {host["hostname"] for host in scene.parent.status()["hosts"]}
    shown = set(page.see("[...document.querySelectorAll('#host-list a span:nth-child(2)')].map((one) => one.textContent)"))
    check("the menu has every host", shown == known, known ^ shown)
    check("the title counts them", text(page, "title") or page.see("document.title").startswith("("), page.see("document.title"))
    page.see("[...document.querySelectorAll('#attention li')].find((one) => one.innerText.includes('key-one-off')).firstChild.open = true")
    check("an open item tells its causes", page.wait(
        "[...document.querySelectorAll('#attention details[open]')].some((one) => one.innerText.includes('Usual causes'))", 5))
    check.clean(page, "overview")


def inert(page, check, scene):
    """A host whose name is markup: letters, on every page."""
    guid = next(host["guid"] for host in scene.parent.status()["hosts"] if "onerror" in host["hostname"] or host["hostname"] == HOSTILE)
    page.open(scene.home, f"#host={guid}")
    check("a host whose name is markup has its page", page.wait(f"document.querySelector('#host-name').textContent.includes('onerror')"),
          text(page, "#host-name"))
    check("and the markup is letters", page.see("document.querySelectorAll('img, script').length") == 1)
    page.rest(1)
    check.clean(page, "hostile name")


def charts(page, check, scene, hosts):
    guid = hosts[MACHINE]["guid"]
    page.open(scene.home, f"#host={guid}")
    check("charts are drawn", page.wait(f"{PAINTED}(document.querySelector('{CHART} canvas')) > 8"))
    every = "[...document.querySelectorAll('.chart canvas')].filter((one) => one.getBoundingClientRect().top < innerHeight)"
    check("all in sight are", page.wait(f"{every}.length >= 2 && {every}.every((one) => {PAINTED}(one) > 3)"))
    sections = page.see("[...document.querySelectorAll('#charts h2')].map((one) => one.textContent)")
    check("the system comes first", sections[:1] == ["System"], sections)
    check("disks and network are there", {"Disks", "Network interfaces"} & set(sections), sections)
    there = page.see("document.querySelectorAll('.chart').length")
    # Axes are painted before anything is asked for; whatever should not be would be asked for soon after.
    check("and have rows", page.wait("[...shown.charts.values()].some((one) => one.rows.length)"))
    page.rest(1)
    asked = {name for url in page.requests.values() for name in re.findall(r"/data\?chart=([^&]+)", url)}
    check("only those in sight are asked for", 0 < len(asked) < there / 2, f"{len(asked)} of {there}")
    values = f"[...document.querySelectorAll('{CHART} .legend b')].map((one) => one.textContent).join()"
    before = page.see(values)
    page.rest(5)
    check("values change within five seconds", page.see(values) != before, before)
    check("the clock of the node goes on", page.see("document.querySelector('#pulse').textContent") != "")


def gaps(page, check, scene, hosts):
    page.open(scene.home, f"#host={hosts['flapping']['guid']}")
    check("gaps are told", page.wait("/gap.*not filled/.test(document.querySelector('#gap-sum').textContent)"), text(page, "#gap-sum"))
    check("its charts are drawn", page.wait(f"{PAINTED}(document.querySelector('.chart canvas')) > 5"))
    # Where the node knows of a gap the chart has hatching instead of a line.
    found = page.wait("""(() => {
      const chart = [...shown.charts.values()].find((one) => one.isSeen && one.rows.length);
      const { from, to } = axis.window;
      return chart && holes(chart.rows, chart.step, from, to, chart.first).length;
    })()""", 15)
    check("and show where nothing is known", bool(found))
    page.see("document.querySelector('#gaps').open = true; document.querySelector('#gap-list a').click()")
    check("a gap leads to its time", page.wait("location.hash.includes('from=')", 5), address(page))


def time_travel(page, check, scene, hosts):
    guid = hosts[MACHINE]["guid"]
    page.open(scene.home, f"#host={guid}&window=900")
    page.wait(f"{PAINTED}(document.querySelector('{CHART} canvas')) > 8")
    box = page.see(f"(({{ left, top, width, height }}) => ({{ left, top, width, height }}))(document.querySelector('{CHART} canvas').getBoundingClientRect())")
    x, y = box["left"] + box["width"] / 2, box["top"] + box["height"] / 2
    page.mouse("mouseMoved", x, y)
    page.rest(0.4)
    pointed = page.see("pointer.at")
    check("the pointer's second is that of all charts", pointed and abs(pointed - time.time() + 450) < 60, pointed)
    page.drag(x, y, 200)
    check("dragging moves time", page.wait("!axis.isLive && axis.to < now() - 100", 3), page.see("axis.window"))
    check("the address says which", page.wait("/from=\\d+&to=\\d+/.test(location.hash)", 3), address(page))
    page.drag(x - 100, y, 150, shift=True)
    check("Shift and dragging selects", page.wait("axis.to - axis.from < 500", 3), page.see("axis.window"))
    page.rest(0.6)
    shared = address(page)
    other = page.see("JSON.stringify([Math.round(axis.from), Math.round(axis.to), view.host])")
    page.open("about:blank").rest(0.3)
    page.open(scene.home, shared)
    page.wait("shown.charts.size > 0")
    check("an address can be given to somebody else", page.see("JSON.stringify([Math.round(axis.from), Math.round(axis.to), view.host])") == other, other)
    page.wait(f"{PAINTED}(document.querySelector('{CHART} canvas')) > 3")
    page.mouse("mousePressed", x, y, button="left", clickCount=1)
    page.mouse("mouseReleased", x, y, button="left", clickCount=1)
    page.mouse("mousePressed", x, y, button="left", clickCount=2)
    page.mouse("mouseReleased", x, y, button="left", clickCount=2)
    check("a double click is live again", page.wait("axis.isLive", 3))
    span = page.see("axis.span")
    page.mouse("mouseWheel", x, y, deltaX=0, deltaY=-240)
    check("the wheel zooms a chart that was clicked", page.wait(f"axis.span < {span}", 3), page.see("axis.span"))
    page.press("0", "-")
    for length, name in ((300, "5 min"), (3600, "1 h"), (86400, "24 h")):
        page.see(f"[...document.querySelectorAll('#spans button')].find((one) => one.textContent === '{name}').click()")
        check(f"{name} is asked for as many points as there are pixels", page.wait(
            f"axis.span === {length} && (() => {{ const chart = shown.charts.get('system.cpu'); return chart.isWhole && chart.rows.length <= chart.canvas.clientWidth + 2 && chart.rows.length; }})()", 10))
    page.see("[...document.querySelectorAll('#spans button')].at(-1).click()")
    check("all is from the first point on", page.wait("axis.isAll && axis.span > 20", 5), page.see("axis.span"))
    button = f"document.querySelector('{CHART} .legend button')"
    page.see(f"{button}.click()")
    check("a name below a chart hides its line", page.see(f"{button}.ariaPressed") == "false")
    check.clean(page, "charts")


def keyboard(page, check, scene, hosts):
    page.open(scene.home)
    page.wait("document.querySelector('#attention li')")
    page.press("j")
    who = "document.activeElement.querySelector('.who')?.innerText"
    first = page.see(who)
    page.press("j")
    check("j goes to the next", page.see(who) not in (None, first), page.see(who))
    page.press("k")
    check("k comes back", first and page.see(who) == first, page.see(who))
    was = page.see("document.activeElement.parentNode.open")
    page.press("Enter")
    check("Enter opens", page.see("document.activeElement.parentNode.open") != was)
    page.press("r")
    check("r has the refusals", page.wait("!document.querySelector('[data-page=refusals]').hidden", 3))
    check("with the line to change", page.wait("document.querySelector('#refusals').innerText.includes('key-one-off')", 3))
    page.press("a")
    check("a has the alarms", page.wait("document.querySelector('#alarms').innerText.includes('db-primary')", 3))
    page.press("e")
    check("e has the events", page.wait("document.querySelectorAll('#events li').length > 5", 3))
    page.press("/")
    for letter in MACHINE:
        page.press(letter)
    page.press("Enter")
    check("/ and a name open a host", page.wait(f"location.hash.includes('{hosts[MACHINE]['guid']}')", 3), address(page))
    page.press("Escape")
    page.wait("document.querySelector('.chart')")
    page.press("/")
    for letter in "load":
        page.press(letter)
    check("the search finds charts", page.wait("[...document.querySelectorAll('#chart-list li')].some((one) => /load/i.test(one.innerText))", 3))
    page.press("Escape", "j")
    page.see(f"document.querySelector('{CHART}').focus()")
    page.press("Enter")
    check("Enter opens a chart", page.wait("location.hash.includes('chart=system.cpu') && document.querySelector('.chart.open')", 3), address(page))
    page.press("ArrowLeft")
    check("← goes back in time", page.wait("!axis.isLive", 3))
    page.press(" ")
    check("space goes on", page.wait("axis.isLive", 3))
    page.press("Escape")
    check("Esc closes the chart", page.wait("!document.querySelector('.chart.open') && location.hash.includes('host=')", 3), address(page))
    page.press("Escape")
    check("Esc leaves the host", page.wait("!document.querySelector('[data-page=overview]').hidden", 3), address(page))
    page.press("?")
    check("? shows the keys", page.see("document.querySelector('#keys').open"))
    page.press("Escape")
    theme = page.see("document.documentElement.dataset.theme")
    page.press("t")
    check("t changes the theme", page.see("document.documentElement.dataset.theme") != theme)
    check.clean(page, "keyboard")


def phone(page, check, scene, hosts):
    page.open(scene.home)
    page.wait("document.querySelector('#attention li')")
    check("a phone has the overview without scrolling sideways", page.see("document.documentElement.scrollWidth <= innerWidth"),
          page.see("[document.documentElement.scrollWidth, innerWidth]"))
    page.see("document.querySelector('#menu').click()")
    check("its menu opens", page.see("document.querySelector('#host-list').offsetHeight > 40"))
    page.see(f"[...document.querySelectorAll('#host-list a')].find((one) => one.innerText.includes('{MACHINE}')).click()")
    check("a tap opens a host", page.wait(f"{PAINTED}(document.querySelector('{CHART} canvas')) > 8"))
    check("its page fits", page.see("document.documentElement.scrollWidth <= innerWidth"), page.see("document.documentElement.scrollWidth"))
    check("the menu is closed again", page.see("document.querySelector('#side').offsetHeight") == 0)
    page.see(f"document.querySelector('{CHART}').scrollIntoView()")
    page.rest(0.8)
    box = page.see(f"(({{ left, top, width, height }}) => ({{ left, top, width, height }}))(document.querySelector('{CHART} canvas').getBoundingClientRect())")
    y = box["top"] + box["height"] / 2
    touch = lambda kind, *places: page.do("Input.dispatchTouchEvent", type=kind, touchPoints=[
        {"x": box["left"] + part * box["width"], "y": y, "id": number} for number, part in enumerate(places)])
    touch("touchStart", 0.5)
    for part in (0.55, 0.62, 0.7, 0.8):
        touch("touchMove", part)
    touch("touchEnd")
    check("a finger moves time", page.wait("!axis.isLive", 3))
    span = page.see("axis.window.to - axis.window.from")
    touch("touchStart", 0.45)
    touch("touchStart", 0.45, 0.55)
    for wide in (0.1, 0.15, 0.2, 0.25):
        touch("touchMove", 0.45 - wide, 0.55 + wide)
    touch("touchEnd")
    check("two fingers zoom", page.wait(f"axis.window.to - axis.window.from < {span} * 0.8", 3), page.see("axis.window"))
    check.clean(page, "phone")


def lost(page, check, scene, hosts):
    """The node stops answering and comes back."""
    page.open(scene.home, f"#host={hosts[MACHINE]['guid']}")
    page.wait(f"{PAINTED}(document.querySelector('{CHART} canvas')) > 8")
    scene.parent.suspend()
    told = page.wait("!document.querySelector('#lost').hidden", 40)
    words = text(page, "#lost")
    check("a lost node is told, with the time of its last answer", bool(told) and "since" in words, words)
    check("what was there stays", page.see(f"{PAINTED}(document.querySelector('{CHART} canvas')) > 8"))
    scene.parent.process.send_signal(18)
    check("it comes back by itself", page.wait("document.querySelector('#lost').hidden", 30))


def at_host(page, check, scene, hosts):
    """At /host/NAME/ the page begins with that host."""
    page.open(scene.home, f"host/{MACHINE}/")
    check("at /host/NAME/ it begins with that host", page.wait(f"document.querySelector('#host-name').textContent === '{MACHINE}'"),
          text(page, "#host-name"))
    check("its charts are drawn", page.wait(f"{PAINTED}(document.querySelector('{CHART} canvas')) > 8"))
    page.press("o")
    check("the overview is near", page.wait("!document.querySelector('[data-page=overview]').hidden", 3))
    check.clean(page, "/host/NAME/")


def behind_proxy(page, check, scene, hosts):
    """A proxy serves the node below a prefix; whatever is asked for beside it is a mistake."""
    home = prefix.serve(scene.port, free_port())
    for path in ("", f"host/{MACHINE}/"):
        page.open(home, path)
        page.wait("document.querySelector('#host-list a')")
        page.see(f"[...document.querySelectorAll('#host-list a')].find((one) => one.innerText.includes('{MACHINE}')).click()")
        check(f"behind a proxy, below {prefix.PREFIX}{path}, charts are drawn", page.wait(f"{PAINTED}(document.querySelector('{CHART} canvas')) > 8"))
    links = page.see("[...document.querySelectorAll('footer a')].map((one) => one.href)")
    check("its links stay there", all(link.startswith(home) for link in links), links)
    check.clean(page, "behind a proxy")


def run(browser, check, scene, hosts):
    print("own dashboard", flush=True)
    for part in (overview, inert, charts, gaps, time_travel, keyboard, at_host, behind_proxy):
        page = browser.page()
        part(page, check, scene, *([hosts] if part not in (overview, inert) else []))
        page.close()
    page = browser.page(360, 740, phone=True, theme="light")
    phone(page, check, scene, hosts)
    check("light where light is preferred", page.see("document.documentElement.dataset.theme") == "light")
    page.close()
    page = browser.page()
    check("dark where it is not", page.open(scene.home).wait("document.documentElement.dataset.theme === 'dark'", 3))
    lost(page, check, scene, hosts)
    page.close()
