// The pages of the node: overview, refusals, alarms, events; and how one item is shown on each of them.

/** An item that opens: the line, the first step of its fix, and below it the reason, the evidence and all of the fix. */
function makeItem(item) {
  const body = h("div.more");
  const details = h("details", { ontoggle: () => details.open && tellMore(details.item, body) },
    h("summary", { "data-nav": "" }, ["mark", "who", "age", "code", "what", "short"].map((part) => h("span." + part))), body);
  return h("li", details);
}

function fillItem(element, item) {
  const details = element.firstChild;
  details.item = item;
  const [mark, who, since, code, what, fix] = details.firstChild.children;
  const tone = item.calm ? "good" : item.error ? "bad" : item.quiet ? "quiet" : "notice";
  element.className = tone;
  mark.className = "mark " + tone;
  put(mark, { bad: "✖", notice: "▲", good: "●", quiet: "·" }[tone]);
  put(who, item.who);
  who.title = item.who;
  put(since, item.since ? item.clock ? clock(item.since) : age(now() - item.since) : "");
  put(code, item.code ?? item.label);
  put(what, item.text);
  if (item.fix?.length || !item.error) put(fix, item.fix?.join("  "));
  else if (item.code) meaning(item.code).then((known) => put(fix, known?.fix.join("  ")));
  // Who is about to copy something is left alone.
  const isBusy = details.lastChild.contains(document.activeElement) || String(getSelection());
  if (details.open && !isBusy && details.told !== JSON.stringify([item.facts, item.fix])) tellMore(item, details.lastChild);
}

async function tellMore(item, body) {
  body.parentNode.told = JSON.stringify([item.facts, item.fix]);
  const known = item.code ? await meaning(item.code) : null;
  const fix = item.fix?.length ? item.fix : known?.fix ?? [];
  const facts = (item.facts ?? []).filter(([, value]) => value);
  body.replaceChildren(...[
    known && h("p", known.sentence),
    facts.length && h("dl", facts.map(([name, value]) => [h("dt", name), h("dd", String(value))])),
    fix.length && h("pre.fix", fix.join("\n")),
    h("p.do",
      fix.length && h("button.copy", { onclick: () => copy(fix.join("\n")) }, "Copy"),
      item.guid && node.host(item.guid) &&
        h("a", { href: addressOf({ host: item.guid, chart: item.chart }) }, item.chart ? "Show the chart" : "Show the host")),
    known?.causes.length && [h("p.quiet", "Usual causes, the likeliest first:"), h("ul", known.causes.map((cause) => h("li", cause)))],
  ].flat().filter(Boolean));
}

const showItems = (list, items) => keyed(list, items, (item) => item.key, makeItem, fillItem);

// MARK: the overview

// More of them are a click away: a list of a thousand lines helps nobody.
const most = { items: 40, rows: 300 };

function showOverview(found, items) {
  const errors = items.filter((item) => item.error).length;
  const verdict = $("verdict");
  verdict.className = errors ? "bad" : items.length ? "notice" : "good";
  const others = items.length - errors;
  put(verdict, errors ? `✖ ${count(errors, "thing")} to put right${others ? `, ${others} more to know` : ""}`
    : others ? `▲ Nothing is broken; ${count(others, "thing")} to know` : "● All is well");
  put($("tally"), tallyOf(found));
  const shown = $("attention-more").all ? items : items.slice(0, most.items);
  showItems($("attention"), shown);
  // The reason and the way out are in sight where there are few, else of the first.
  if (!showOverview.opened && items.length) {
    const open = errors > 3 ? 1 : 3;
    all("#attention details").forEach((one, index) => { one.open = index < open; });
    showOverview.opened = true;
  }
  $("attention-more").hidden = shown.length === items.length;
  put($("attention-more"), `Show all ${items.length}`);
  showFigures(found);
  showFleet(found);
}

function tallyOf(found) {
  const states = new Map();
  for (const host of found.hosts) {
    if (host.state !== "local") states.set(host.state, (states.get(host.state) ?? 0) + 1);
  }
  const parts = [...states].map(([state, number]) => `${number} ${state}`);
  if (found.refusals.length) parts.push(`${found.refusals.length} refused`);
  const alarms = found.alarms;
  if (alarms) parts.push(`${count(alarms.critical, "critical alarm")}, ${count(alarms.warning, "warning")} of ${alarms.total}`);
  return `${parts.join(" · ")}${parts.length ? " · " : ""}seen from ${found.node.hostname} at ${clock(found.at)}`;
}

function showFigures(found) {
  const { totals, store, links, node: own } = found;
  const figures = [
    ["Samples", totals && `${short(totals.samples_ps)}/s`], ["In", totals && `${bytes(totals.in_bps)}/s`],
    ["Compressed", totals?.in_bps > 0 && `${digits(totals.in_raw_bps / totals.in_bps)} : 1`],
    ["Out", totals?.out_bps > 0 && `${bytes(totals.out_bps)}/s`],
    ["Streams on", links.length && `${links.filter((link) => link.state === "live").length} of ${links.length} live`],
    ["Processor", own.cpu_pct != null && `${digits(own.cpu_pct)} %`], ["Memory", own.rss_bytes && bytes(own.rss_bytes)],
    ["Store, " + store?.mode, store?.bytes != null && bytes(store.bytes)],
    ["Up", own.started_at && age(found.at - own.started_at)],
  ].filter(([, value]) => value);
  keyed($("figures"), figures, ([name]) => name, ([name]) => h("div", h("dt", name), h("dd")),
    (element, [, value]) => put(element.lastChild, value));
}

/** The columns of the table of hosts: name, class, and what stands there: text, class, title. */
const columns = [
  ["State", "", (host) => [`${stateOf(host)[1]} ${stateWord(host)}`, stateOf(host)[0]]],
  ["Since", "n", (host) => [host.since_at && age(now() - host.since_at)]],
  ["Lag", "n", (host) => [isHere(host) && host.lag_s != null && tenths(host.lag_s) + " s", host.lag_s > 30 && "notice"]],
  ["Samples/s", "n wide", (host) => [isHere(host) && short(host.samples_ps)]],
  ["In", "n wide", (host) => [isStreamed(host) && `${bytes(host.in_bps)}/s`]],
  ["Ratio", "n wide", ({ connection: made, ...host }) => [isHere(host) && (made?.compression === "none" ? "none"
    : made?.ratio_now && digits(made.ratio_now)), "", made?.compression_reason]],
  ["Last minute", "spark wide", (host) => [isStreamed(host) && spark(host.history_bps, 20)]],
  ["Alarms", "n", ({ alarms }) => [joined([alarms?.critical && `✖ ${alarms.critical}`,
    alarms?.warning && `▲ ${alarms.warning}`], "  "), alarms?.critical ? "bad" : "notice"]],
  ["Version", "wide quiet", ({ program, version }) => [joined([program, version], " ")]],
];
const isHere = (host) => !["down", "archived", "expiring"].includes(host.state);
const isStreamed = (host) => isHere(host) && host.state !== "local";

function showFleet(found) {
  const hosts = [...found.hosts].sort((a, b) => rank(a) - rank(b));
  keyed($("fleet-head"), [["Host", ""], ...columns], ([name]) => name, ([name, kind]) => h("th", { class: kind }, name));
  keyed($("fleet-rows"), hosts.slice(0, most.rows), (host) => host.guid, (host) => h("tr",
    h("td", h("a", { href: addressOf({ host: host.guid }), "data-nav": "" })), columns.map(() => h("td"))), (row, host) => {
    put(row.firstChild.firstChild, host.hostname);
    columns.forEach(([, kind, tell], index) => {
      const [text, more, title] = tell(host);
      const cell = row.children[index + 1];
      put(cell, text || "–");
      cell.className = `${kind} ${more || ""}`;
      cell.title = title ?? "";
    });
  });
  const hidden = hosts.length - most.rows;
  put($("fleet-more"), hidden > 0 ? `and ${hidden} more: search for them with /` : "");
}

// MARK: the lists

function showRefusals(found) {
  const tries = found.refusals.reduce((sum, one) => sum + one.tries, 0);
  const addresses = new Set(found.refusals.map((one) => one.address)).size;
  put($("refusal-sum"), found.refusals.length
    ? `${found.refusals.length} from ${count(addresses, "address", "addresses")}, ${count(tries, "attempt")}.`
    : "● Nobody was refused.");
  showItems($("refusals"), found.refusals.map(refusalItem));
}

function showAlarms(found) {
  const alarms = found.alarms;
  put($("alarm-sum"), !alarms ? "This node watches no alarms: [health] enabled = yes in netdata.conf, and rules in health.d."
    : alarms.raised?.length ? `${alarms.critical} critical, ${count(alarms.warning, "warning")}, of ${alarms.total} alarms.`
    : `● None of ${alarms.total} alarms is raised.`);
  const raised = alarms?.raised ?? [];
  showItems($("alarms"), raised.slice(0, most.rows).map((alarm) => {
    const item = alarmItem(alarm);
    const frozen = isFrozen(alarm, node.host(alarm.host_guid));
    const mark = alarm.disabled ? "disabled" : alarm.silenced ? "silenced" : frozen ? "frozen: its host is away" : "";
    return { ...item, error: item.error && !mark, quiet: Boolean(mark), text: item.text + (mark ? ` (${mark})` : "") };
  }));
}

function showEvents(found) {
  const names = new Map(found.hosts.map((host) => [host.guid, host.hostname]));
  showItems($("events"), found.events.slice(0, most.rows).map((event) => ({
    key: [event.at, event.code, event.host_guid].join(" "), error: event.severity === "error",
    quiet: event.severity === "info", clock: true, since: event.at, code: event.code, text: spoken(event.text),
    who: names.get(event.host_guid) ?? found.node.hostname, guid: event.host_guid,
  })));
}
