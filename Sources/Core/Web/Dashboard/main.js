// The frame around the pages: the menu, the search, keys, themes, and a node that is lost. Begins everything.

function show() {
  const found = node.document;
  showLost();
  if (!found) return;
  $("waiting").hidden = true;
  const items = attention(found);
  const errors = items.filter((item) => item.error).length;
  document.title = `${errors ? `(${errors}) ` : ""}${node.host(view.host)?.hostname ?? found.node.hostname} · ndstream`;
  showIcon(errors ? "bad" : "good");
  put($("node-name"), found.node.hostname);
  put($("refusal-count"), found.refusals.length || "");
  put($("alarm-count"), found.alarms?.critical + found.alarms?.warning || "");
  put($("about"), `${found.node.program ?? "ndstream"} ${found.node.version} · ${found.node.role} · times of ${Intl.DateTimeFormat().resolvedOptions().timeZone}`);
  for (const section of all("[data-page]")) section.hidden = section.dataset.page !== view.page;
  for (const link of all("[data-view]")) link.ariaCurrent = link.dataset.view === view.page ? "page" : null;
  ({ overview: showOverview, refusals: showRefusals, alarms: showAlarms, events: showEvents, host: () => showHost(items) })[view.page](found, items);
  showMenu();
}

function showLost() {
  const { answeredAt } = node;
  put($("pulse"), answeredAt && !node.isLost ? clock(answeredAt) : "");
  $("lost").hidden = !node.isLost;
  $("charts").classList.toggle("gone", node.isLost);
  const since = answeredAt ? ` since ${clock(answeredAt)}, for ${age(now() - answeredAt)}; what is here is of then` : "";
  put($("lost"), `No answer from ${node.document?.node.hostname ?? "the node"}${node.refused}${since}. Trying again in ${age(node.retryAt - now())}.`);
}

/** The state of the node in the tab. */
function showIcon(tone) {
  if (showIcon.tone === tone) return;
  showIcon.tone = tone;
  const canvas = h("canvas", { width: 32, height: 32 });
  const pen = canvas.getContext("2d");
  pen.fillStyle = { good: "#2fb57c", bad: "#e0484f" }[tone];
  [10, 18, 28].forEach((height, index) => pen.fillRect(2 + index * 10, 30 - height, 8, height));
  $("icon").href = canvas.toDataURL();
}

// MARK: the menu

function showMenu() {
  const words = $("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (text) => words.every((word) => text.toLowerCase().includes(word));
  const hosts = node.document.hosts.filter((host) => matches(`${host.hostname} ${host.guid} ${host.address ?? ""} ${host.state}`));
  put($("host-tally"), words.length ? `${hosts.length} of ${node.document.hosts.length}` : hosts.length);
  keyed($("host-list"), hosts.slice(0, most.rows), (host) => host.guid, (host) => h("li",
    h("a", { href: addressOf({ host: host.guid }), "data-pick": "" }, h("span"), h("span"), h("span"))), (element, host) => {
    const [tone, mark] = stateOf(host);
    const [dot, name, more] = element.firstChild.children;
    put(dot, host.problems.length && tone === "good" ? "✖" : mark);
    dot.className = host.problems.length && tone === "good" ? "bad" : tone;
    put(name, host.hostname);
    put(more, ["live", "local"].includes(host.state) ? "" : stateWord(host));
    element.firstChild.ariaLabel = `${host.hostname}, ${stateWord(host)}`;
    element.firstChild.ariaCurrent = host.guid === view.host ? "true" : null;
  });
  const isHost = view.page === "host" && shown.charts.size > 0;
  $("menu-title").hidden = !isHost;
  const found = words.length ? allCharts().filter(({ meta }) =>
    matches([...Object.values(meta), ...Object.keys(meta.dimensions)].join(" "))) : [];
  put($("chart-tally"), words.length ? `${found.length} of ${shown.charts.size}` : shown.charts.size);
  const rows = !isHost ? [] : words.length
    ? found.slice(0, most.rows).map((chart) => ({ key: chart.meta.id, name: chart.title, more: chart.meta.family, go: () => openChart(chart.meta.id) }))
    : shown.sections.flatMap(({ type, families, charts }) => [
      { key: type, name: nameOf(type), more: charts.length, go: () => goTo(charts[0]) },
      ...(families.length > 1 && families.length <= 24 ? families.map(([family, some]) => ({ key: `${type} ${family}`, name: family, more: "", isDeep: true, go: () => goTo(some[0]) })) : []),
    ]);
  keyed($("chart-list"), rows, ({ key }) => key, () => h("li", h("a", { href: "#", "data-pick": "" }, h("span"), h("span"), h("span"))), (element, row) => {
    const link = element.firstChild;
    element.className = row.isDeep ? "deep" : "";
    put(link.children[1], row.name);
    put(link.children[2], row.more);
    link.onclick = press(() => {
      closeMenu();
      row.go();
    });
  });
}

function goTo(chart) {
  if (view.chart) openChart(view.chart);
  setTimeout(() => {
    chart.element.focus({ preventScroll: true });
    chart.element.scrollIntoView();
  });
}

function closeMenu(isShown = false) {
  $("side").classList.toggle("shown", isShown);
  $("menu").ariaExpanded = isShown;
}

function search() {
  closeMenu(true);
  $("search").focus();
  $("search").select();
}

$("menu").onclick = () => closeMenu($("menu").ariaExpanded !== "true");
$("search").oninput = () => node.document && showMenu();
$("host-list").onclick = () => closeMenu();

// MARK: keys

/** The next thing to go to, of those in sight on this page or in the menu. */
function step(by, kind, within) {
  const all = [...within.querySelectorAll(`[data-${kind}]`)].filter((one) => one.offsetParent);
  const at = all.findIndex((one) => one === document.activeElement || one.contains(document.activeElement));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function back() {
  if ($("search").value || $("side").classList.contains("shown")) {
    $("search").value = "";
    closeMenu();
    if (node.document) showMenu();
    document.activeElement.blur();
  } else if (view.chart) openChart(view.chart);
  else location.hash = "#view=overview";
}

const go = (page) => () => { location.hash = `#view=${page}`; };
const keys = {
  "/": search, "?": () => $("keys").showModal(), Escape: back, t: changeTheme, y: copyCurrent,
  o: go("overview"), r: go("refusals"), a: go("alarms"), e: go("events"),
  j: () => step(1, "nav", $("main")), k: () => step(-1, "nav", $("main")),
  ArrowDown: () => step(1, "nav", $("main")), ArrowUp: () => step(-1, "nav", $("main")),
};
const timeKeys = {
  ArrowLeft: () => $("earlier").click(), ArrowRight: () => $("later").click(), "+": () => $("closer").click(),
  "=": () => $("closer").click(), "-": () => $("farther").click(), " ": () => $("play").click(), 0: () => axis.live(),
};

function copyCurrent() {
  const chosen = document.activeElement.closest("details")?.item ?? all("[data-page]:not([hidden]) .items details")[0]?.item;
  if (chosen?.fix) copy(chosen.fix.join("\n"));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
  const active = document.activeElement;
  const inMenu = $("side").contains(active);
  if (inMenu && ["ArrowDown", "ArrowUp"].includes(event.key)) step(event.key === "ArrowDown" ? 1 : -1, "pick", $("side"));
  else if (active === $("search") && event.key === "Enter") $("side").querySelector("[data-pick]")?.click();
  else if (active === $("search") && event.key !== "Escape") return;
  else if (event.key === "Enter" && active.chart) openChart(active.chart.meta.id);
  else if (view.page === "host" && timeKeys[event.key] && !(event.key === " " && /BUTTON|SUMMARY/.test(active.tagName))) timeKeys[event.key]();
  else if (keys[event.key]) keys[event.key]();
  else return;
  event.preventDefault();
});

// MARK: themes

function changeTheme() {
  look.theme = look.theme === "light" ? "dark" : "light";
  memory.set("theme", look.theme);
  drawSoon();
}

// MARK: the beginning

function arrive() {
  const before = `${view.page} ${view.host}`;
  readAddress();
  if (axis.isAll && shown.charts.size) axis.span = allOf();
  show();
  showOpen();
  axis.changed();
  if (`${view.page} ${view.host}` !== before) {
    scrollTo(0, 0);
    closeMenu();
  }
}

look.theme = memory.get("theme") ?? (matchMedia("(prefers-color-scheme:light)").matches ? "light" : "dark");
$("theme").onclick = changeTheme;
$("help").onclick = () => $("keys").showModal();
$("earlier").onclick = () => axis.move(-(axis.window.to - axis.window.from) / 3);
$("later").onclick = () => axis.move((axis.window.to - axis.window.from) / 3);
$("closer").onclick = () => axis.zoom(0.5);
$("farther").onclick = () => axis.zoom(2);
$("play").onclick = () => (axis.isLive ? axis.pause() : axis.live());
$("attention-more").onclick = () => {
  $("attention-more").all = true;
  show();
};
$("spans").append(...spans.map(([length, name]) => h("button", { value: length, onclick: () => axis.live(length || allOf(), !length) }, name)));
for (const link of all("footer a")) link.href = root + link.getAttribute("href");

addEventListener("hashchange", arrive);
addEventListener("resize", drawSoon);
document.addEventListener("visibilitychange", () => {
  // While an answer is awaited the next question is not planned yet.
  if (document.hidden || !watch.timer) return;
  clearTimeout(watch.timer);
  watch(arriveOrShow);
});
setInterval(pump, 250);
setInterval(() => {
  showLost();
  if (view.page !== "host" || document.hidden) return;
  showTime();
  if (axis.isLive) drawSoon();
}, 1000);

/** The first answer says which host /host/NAME/ means. */
function arriveOrShow() {
  if (node.document && !arriveOrShow.done) {
    arriveOrShow.done = true;
    return arrive();
  }
  show();
}
watch(arriveOrShow);
