// What somebody should look at, out of a status document: the same things in the same order as `ndstream top` has them.

/** How bad each state of a host is: its class, its mark. */
const states = {
  local: ["good", "●"], live: ["good", "●"], connecting: ["accent", "◌"], replicating: ["accent", "◔"],
  stale: ["notice", "▲"], down: ["bad", "✖"], conflict: ["bad", "✖"], archived: ["quiet", "○"], expiring: ["quiet", "○"],
};
const stateOf = (host) => states[host.state] ?? ["quiet", "?"];
const needsAttention = (host) => ["stale", "down", "conflict"].includes(host.state) || host.problems.length > 0;
const ranks = ["conflict", "down", "stale"];
const rank = (host) => (ranks.indexOf(host.state) + 1 || (host.problems.length ? 4 : 5));

function stateWord(host) {
  const word = host.state === "replicating" && host.replication
    ? `replicating ${Math.round(host.replication.pct)} %` : host.state;
  return ["stale", "down", "conflict"].includes(word) ? word.toUpperCase() : word;
}

/** A line of the log without what it begins with, and without the end that all refusals have. */
function spoken(text) {
  text ??= "";
  const open = text.indexOf("[");
  const end = text.indexOf("]: ");
  const begins = text.startsWith("STREAM ") && open >= 0 && open < end &&
    /^(receive from |send to |send$)/.test(text.slice(open + 1, end));
  return (begins ? text.slice(end + 3) : text).replace(/ Forbidding access\.$/, "");
}

/**
 * An item: {key, error, who, code, label, text, fix[], since, facts[[name, value]], guid, chart, more}.
 * `fix` are lines to copy; `code` is explained by the node; `guid` and `chart` are where to look.
 */
function attention(found) {
  const items = [...ofNode(found), ...ofLinks(found), ...found.refusals.map(refusalItem), ...ofHosts(found),
    ...ofAlarms(found)];
  return [...items.filter((item) => item.error), ...items.filter((item) => !item.error)];
}

function ofNode({ node: own, store, exporters }) {
  const items = [];
  if (store?.degraded) {
    const { code, text, since_at } = store.degraded;
    items.push({ key: "store", error: true, who: "the store", code, text, since: since_at });
  }
  if (own.config_problems > 0) {
    items.push({
      key: "config", who: own.hostname, text: `${count(own.config_problems, "problem")} in its configuration`,
      fix: [`ndstream ${own.role === "agent" ? "agent" : "parent"} --check   # the files in ${own.config_dir}`],
    });
  }
  for (const one of exporters ?? []) {
    if (one.last_error && one.state !== "connected") {
      items.push({ key: "export " + one.name, error: true, who: "export " + one.name, text: one.last_error });
    }
  }
  return items;
}

const ofLinks = (found) => found.links.filter((link) => link.last_error && !["live", "replicating"].includes(link.state)).map((link) => {
  const { code, text, fix, at, evidence } = link.last_error;
  const name = found.hosts.find((host) => host.guid === link.host_guid)?.hostname ?? link.host_guid;
  return {
    key: "link " + link.host_guid, error: true, who: `${name} → ${link.destination ?? "?"}`, code, fix, since: at,
    guid: link.host_guid, text: spoken(text),
    facts: [
      ["evidence", evidence], ["attempts", link.attempts], ["next attempt", link.retry_at && clock(link.retry_at)],
      ["buffer", link.buffer_max_bytes && `${bytes(link.buffer_bytes)} of ${bytes(link.buffer_max_bytes)}`],
      ["destinations", joined(link.candidates.map((one) => joined([one.destination, one.state, one.code], " ")))],
    ],
  };
});

function refusalItem(refusal) {
  return {
    key: ["refused", refusal.code, refusal.hostname, refusal.address, refusal.key].join(" "), error: true,
    who: refusal.hostname ?? refusal.address ?? "somebody", code: refusal.code, text: spoken(refusal.text),
    fix: refusal.fix, since: refusal.first_at,
    facts: [
      ["refused", `${count(refusal.tries, "time")}, first ${clock(refusal.first_at)}, last ${clock(refusal.last_at)}`],
      ["from", refusal.address], ["decided by", refusal.decided_by], ["key", refusal.key],
      ["most similar key here", refusal.nearest_key], ["machine guid", refusal.guid],
    ],
  };
}

const ofHosts = (found) => found.hosts.filter(needsAttention).sort((a, b) => rank(a) - rank(b)).flatMap(hostItems);

function hostItems(host) {
  const known = { who: host.hostname, since: host.since_at, guid: host.guid };
  if (!host.problems.length) {
    const left = host.last_disconnect;
    return [{
      ...known, key: "host " + host.guid, error: stateOf(host)[0] === "bad", code: left?.code,
      text: stateWord(host) + (left ? ": " + spoken(left.text) : ": connected, and no data comes"),
    }];
  }
  return host.problems.map((problem) => ({
    ...known, key: `host ${host.guid} ${problem.code}`, error: problem.severity === "error", code: problem.code,
    text: spoken(problem.text), fix: problem.fix?.split("\n"),
  }));
}

/** Those that nobody silenced; of a host that is away, that is what matters. What several charts say alike is one. */
function ofAlarms(found) {
  const hosts = new Map(found.hosts.map((host) => [host.guid, host]));
  const alike = new Map();
  for (const alarm of found.alarms?.raised ?? []) {
    if (alarm.silenced || alarm.disabled || isFrozen(alarm, hosts.get(alarm.host_guid))) continue;
    const key = ["alarm", alarm.host_guid, alarm.name, alarm.info, alarm.status].join(" ");
    const known = alike.get(key);
    if (known) known.charts += 1;
    else alike.set(key, { alarm, key, charts: 1 });
  }
  return [...alike.values()].map(({ alarm, key, charts }) => {
    const item = alarmItem(alarm);
    return { ...item, key, text: item.text + (charts > 1 ? `, on ${charts} charts` : "") };
  });
}

/** Of a host that is away nothing is measured: its alarms are as they were. */
const isFrozen = (alarm, host) => Boolean(host) && host.health !== "on" &&
  ["down", "archived", "expiring"].includes(host.state);

function alarmItem(alarm) {
  const name = `${alarm.chart}.${alarm.name}`;
  return {
    key: ["alarm", alarm.host_guid, name].join(" "), error: alarm.status === "CRITICAL", who: alarm.hostname,
    label: alarm.status === "CRITICAL" ? "CRIT" : "WARN", since: alarm.since_at, guid: alarm.host_guid,
    chart: alarm.chart, text: (alarm.info || name) + (alarm.value_text ? `: ${alarm.value_text}` : ""),
    facts: [
      ["alarm", name], ["defined", alarm.source?.replace(/^(\d+)@(.*)$/, "$2:$1")],
      ["told to", alarm.recipient], ["silenced", alarm.silenced && "nobody is told"],
      ["disabled", alarm.disabled && "not evaluated"],
    ],
  };
}
