// The node: its addresses, its status document once every two seconds, and whether it answers at all.

// The page stands at PREFIX/ or at PREFIX/host/NAME/; whatever a reverse proxy put before that stays.
const here = location.pathname.replace(/[^/]*$/, "");
const place = /^(.*\/)host\/([^/]+)\/$/.exec(here);
const root = place ? place[1] : here;
const startName = place ? decodeURIComponent(place[2]) : null;

const node = {
  /** The status document as it came last. */
  document: null,
  /** The status of an answer that is none, for people. */
  refused: "",
  /** What to add to the browser's clock, seconds: all times on this page are the node's. */
  offset: 0,
  /** Unix seconds of the last answer; null before the first. */
  answeredAt: null,
  failures: 0,
  /** Unix seconds of the next attempt while it is lost. */
  retryAt: 0,
  get isLost() { return this.failures > 1; },
  host(guid) { return this.document?.hosts.find((host) => host.guid === guid); },
};

const now = () => Date.now() / 1000 + node.offset;

/** Where a host's part of the API is. */
const api = (guid) => `${root}host/${encodeURIComponent(guid)}/api/v1/`;

/** What to say of an answer that did not come. */
const trouble = ({ status }) => (status ? `The node refused this (HTTP ${status}).` : "No answer; trying again.");

/** JSON from the node, within `patience` seconds. Throws what fetch throws, or an error with the status of a refusal. */
async function ask(url, controller = new AbortController(), patience = 10) {
  const timer = setTimeout(() => controller.abort(), patience * 1000);
  try {
    const answer = await fetch(url, { cache: "no-store", credentials: "same-origin", signal: controller.signal });
    if (!answer.ok) throw Object.assign(new Error(), { status: answer.status });
    return await answer.json();
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again and again: every two seconds, seldom while nobody looks or where an answer takes long. */
async function watch(changed) {
  const started = ticks();
  watch.timer = null;
  let wait;
  try {
    const found = await ask(here + "api/v1/streaming");
    const answered = Date.now() / 1000;
    node.document = found;
    node.offset = found.at - answered;
    node.answeredAt = now();
    node.failures = 0;
    wait = Math.min(30, Math.max(document.hidden ? 15 : 2, (ticks() - started) / 100));
  } catch (error) {
    node.refused = error.status ? ` (HTTP ${error.status})` : "";
    node.failures += 1;
    wait = Math.min(10, node.failures);
    node.retryAt = now() + wait;
  }
  changed();
  watch.timer = setTimeout(watch, wait * 1000, changed);
}

/** What a code means, what usually leads to it and what to do; null where the node doesn't know it. */
async function meaning(code) {
  meaning.known ??= new Map();
  if (!meaning.known.has(code)) {
    const found = ask(`${here}api/v1/conditions?code=${encodeURIComponent(code)}`).then((all) => all[code] ?? null);
    meaning.known.set(code, found);
    found.catch(() => meaning.known.delete(code));
  }
  return meaning.known.get(code).catch(() => null);
}
