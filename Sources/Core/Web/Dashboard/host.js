// The page of one host: what is wrong with it, its gaps, and its charts, of which only those in sight are asked for.

const shown = { guid: null, charts: new Map(), state: null, askedAt: 0, order: [] };
const allCharts = () => [...shown.charts.values()];
const names = { system: "System", cpu: "CPUs", mem: "Memory", disk: "Disks", net: "Network interfaces", netdata: "The agent itself" };
const nameOf = (type) => names[type] ?? type.replaceAll("_", " ");

const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    target.chart.isSeen = isIntersecting;
    if (!isIntersecting) continue;
    target.chart.build();
    target.chart.draw();
  }
}, { rootMargin: "60px" });

function showHost(items) {
  const host = node.host(view.host);
  if (!host) {
    put($("host-name"), "This node has no such host");
    put($("host-facts"), view.host);
    return showCharts(null);
  }
  const [tone, mark] = stateOf(host);
  put($("host-mark"), mark);
  $("host-mark").className = "mark " + tone;
  put($("host-name"), host.hostname);
  put($("host-state"), `${stateWord(host)}${host.since_at ? " for " + age(now() - host.since_at) : ""}`);
  const { connection } = host;
  const facts = [
    joined([host.program, host.version], " "), host.os,
    host.address && `${host.address}${host.port ? ":" + host.port : ""}`,
    host.via && `through ${node.host(host.via)?.hostname ?? host.via}`, host.hops > 1 && `${host.hops} hops`,
    host.lag_s != null && `lag ${tenths(host.lag_s)} s`,
    Math.abs(host.clock_offset_s) >= 1 && `clock ${host.clock_offset_s > 0 ? "+" : ""}${digits(host.clock_offset_s)} s`,
    host.samples_ps != null && `${short(host.samples_ps)} samples/s`,
    connection?.compression && (connection.compression === "none"
      ? `not compressed${connection.compression_reason ? ": " + connection.compression_reason : ""}`
      : `${connection.compression} ${connection.ratio_now ? digits(connection.ratio_now) + " : 1" : ""}`),
    connection && host.state !== "local" && (connection.tls ? connection.tls.version : "plain"),
    host.charts && `${host.charts} charts`, host.db_mode && `${host.db_mode}, keeps ${age(host.retention_s)}`,
    connection?.decided_by && `let in by ${connection.decided_by}`, host.disconnects > 0 && count(host.disconnects, "disconnect"),
    host.hostname_before && `before: ${host.hostname_before}`,
  ];
  put($("host-facts"), joined(facts, " · "));
  showItems($("host-items"), items.filter((item) => item.guid === host.guid));
  showGaps(host);
  showCharts(host);
}

function showGaps({ gaps, dropped }) {
  const missing = gaps.filter((gap) => !gap.filled).length;
  $("gaps").hidden = !gaps.length;
  put($("gap-sum"), `${count(gaps.length, "gap")}${dropped?.gaps ? ` and ${dropped.gaps} older ones` : ""}, ${missing ? missing + " not filled" : "all filled"}`);
  keyed($("gap-list"), gaps.toReversed(), (gap) => `${gap.from_at} ${gap.to_at}`, () => h("li", h("a", { href: "#" })), (element, gap) => {
    const link = element.firstChild;
    put(link, `${gapText(gap)}, ${gap.filled ? "filled" : "not filled"}`);
    const around = Math.max(30, gap.to_at - gap.from_at);
    link.onclick = press(() => axis.show(gap.from_at - around, gap.to_at + around));
  });
}

const gapText = ({ from_at: from, to_at: to, cause, code }) => `${clock(from)} to ${clock(to)}, ${age(to - from)}: ${joined([cause, code], " ")}`;

// MARK: charts

/** Asks for the host's charts when it is another one, when it has come back, and once a minute: some are new. */
async function showCharts(host) {
  if (host?.guid !== shown.guid) forgetCharts(host?.guid ?? null);
  if (!host) return;
  const isOther = shown.state !== host.state;
  if (shown.isAsking || (!isOther && ticks() - shown.askedAt < 60000)) return;
  Object.assign(shown, { state: host.state, askedAt: ticks(), isAsking: true });
  try {
    const found = await ask(api(host.guid) + "charts", undefined, 30);
    if (shown.guid === host.guid) takeCharts(host, Object.values(found.charts));
    put($("chart-note"), shown.charts.size ? "" : "This host has no charts yet: they come with its first data.");
  } catch (error) {
    put($("chart-note"), trouble(error));
    shown.askedAt -= 55000;
  } finally {
    shown.isAsking = false;
  }
}

function forgetCharts(guid) {
  for (const chart of allCharts()) {
    sight.unobserve(chart.element);
    chart.stale();
  }
  Object.assign(shown, { guid, charts: new Map(), state: null, sections: [] });
  put($("chart-note"), guid ? "Asking for its charts…" : "");
  $("charts").replaceChildren();
  $("charts").byKey = null;
}

function takeCharts(host, metas) {
  metas.sort((a, b) => a.priority - b.priority || a.id.localeCompare(b.id));
  const charts = new Map();
  for (const meta of metas) {
    const known = shown.charts.get(meta.id);
    const chart = known?.meta.title === meta.title && known.meta.chart_type === meta.chart_type ? known : new Chart(host.guid, meta);
    if (chart.last !== meta.last_entry) chart.learn(Math.max(chart.last, meta.last_entry));
    charts.set(meta.id, chart);
  }
  for (const [id, chart] of shown.charts) if (charts.get(id) !== chart) sight.unobserve(chart.element);
  shown.charts = charts;
  const sections = Map.groupBy(charts.values(), (chart) => chart.meta.type);
  shown.sections = [...sections].map(([type, some]) => {
    // Within a section what is of one disk or interface stands together, in the order of its first chart.
    const families = Map.groupBy(some, (chart) => chart.meta.family);
    return { type, families: [...families], charts: [...families.values()].flat() };
  });
  keyed($("charts"), shown.sections, ({ type }) => type, ({ type }) => h("div", h("h2", nameOf(type)), h("div.grid")), (element, section) => {
    keyed(element.lastChild, section.charts, (chart) => chart.meta.id, (chart) => chart.element);
    section.charts.forEach((chart) => sight.observe(chart.element));
  });
  if (axis.isAll) axis.live(allOf(), true);
  showOpen();
  showMenu();
}

/** How long ago the first point of the host is, seconds. */
const allOf = () => now() - Math.min(...allCharts().map((chart) => chart.first || Infinity), now() - 300);

/** The chart that the address names alone, or all of them. */
function showOpen() {
  const open = shown.charts.get(view.chart);
  $("charts").classList.toggle("one", Boolean(open));
  for (const chart of allCharts()) {
    chart.element.classList.toggle("open", chart === open);
  }
  if (view.chart && !open && shown.charts.size) put($("chart-note"), `This host has no chart ${view.chart} now.`);
  drawSoon();
}

function openChart(id) {
  location.hash = addressOf({ host: view.host, chart: view.chart === id ? null : id });
}

// MARK: time goes on

/** Starts what is due: four requests at once, and no second one of a chart. */
function pump() {
  if (view.page !== "host" || document.hidden || node.isLost) return;
  const seen = allCharts().filter((chart) => chart.isSeen);
  let room = 4 - seen.filter((chart) => chart.controller).length;
  for (const chart of seen) {
    if (room > 0 && chart.isDue) {
      room -= 1;
      chart.fetch();
    }
  }
}

/** All charts in sight, once before the next picture. */
function drawSoon() {
  if (drawSoon.isPlanned) return;
  drawSoon.isPlanned = true;
  requestAnimationFrame(() => {
    drawSoon.isPlanned = false;
    for (const chart of allCharts()) chart.draw();
  });
}

axis.changed = () => {
  for (const chart of allCharts()) chart.stale(120);
  showTime();
  drawSoon();
  writeAddress.timer ??= setTimeout(() => {
    writeAddress.timer = null;
    writeAddress();
  }, 300);
};

function showTime() {
  const { from, to } = axis.window;
  put($("range"), `${clock(from)} – ${clock(to).split(" ").at(-1)} ${axis.isLive ? "live" : "paused"}`);
  put($("play"), axis.isLive ? "Pause" : "Live");
  $("play").ariaPressed = !axis.isLive;
  for (const button of $("spans").children) {
    const length = Number(button.value);
    button.ariaPressed = axis.isLive && (axis.isAll ? !length : axis.span === length);
  }
  const host = node.host(view.host);
  const last = Math.max(0, ...allCharts().map((chart) => chart.last));
  $("away").hidden = !host || !last || last > from;
  put($("away-text"), `Nothing is here of this time; the last data of this host is of ${clock(last)}, ${age(now() - last)} ago.`);
  $("away-go").onclick = () => axis.show(last - (to - from) * 0.95, last + (to - from) * 0.05);
}
