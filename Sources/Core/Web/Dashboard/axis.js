// Where the reader is: page, host, chart, and the time that all charts show. All of it stands in the address, so that an
// address can be given to somebody else.

const spans = [[300, "5 min"], [900, "15 min"], [3600, "1 h"], [21600, "6 h"], [86400, "24 h"], [0, "all"]];
const shortest = 10;
const longest = 10 * 366 * 86400;

const axis = {
  /** Whether the right end is now. */
  isLive: true,
  /** Seconds; while live what is seen is this long. */
  span: 300,
  /** Whether `span` is all that there is of the host. */
  isAll: false,
  from: 0,
  to: 0,
  /** What is seen: Unix seconds. */
  get window() {
    if (!this.isLive) return { from: this.from, to: this.to };
    const to = Math.floor(now());
    return { from: to - this.span, to };
  },
  /** Shows a window of the past. */
  show(from, to) {
    const length = Math.min(longest, Math.max(shortest, to - from));
    const end = Math.min(now(), (from + to + length) / 2);
    Object.assign(this, { isLive: false, isAll: false, from: end - length, to: end });
    this.changed();
  },
  live(span = this.span, isAll = false) {
    Object.assign(this, { isLive: true, span: Math.min(longest, Math.max(shortest, span)), isAll });
    this.changed();
  },
  pause() {
    const { from, to } = this.window;
    Object.assign(this, { isLive: false, from, to });
    this.changed();
  },
  /** One that is moved beyond now is live again. */
  move(seconds) {
    const { from, to } = this.window;
    if (to + seconds > now()) this.live(to - from);
    else this.show(from + seconds, to + seconds);
  },
  /** Zooms around a time; while live the right end stays now. */
  zoom(factor, at) {
    const { from, to } = this.window;
    if (this.isLive) return this.live((to - from) * factor);
    const centre = at ?? (from + to) / 2;
    this.show(centre - (centre - from) * factor, centre + (to - centre) * factor);
  },
  /** Set by whoever shows it. */
  changed() {},
};

const view = { page: "overview", host: null, chart: null };

/** The address of a page, a host or a chart, with the time that is seen. */
function addressOf({ page, host, chart }) {
  const words = new URLSearchParams();
  if (page) words.set("view", page);
  if (host) words.set("host", host);
  if (chart) words.set("chart", chart);
  if (host && !axis.isLive) {
    words.set("from", Math.round(axis.from));
    words.set("to", Math.round(axis.to));
  } else if (host && (axis.isAll || axis.span !== 300)) words.set("window", axis.isAll ? "all" : Math.round(axis.span));
  return "#" + words;
}

/** What the address says; an unknown page is the overview, a window that is none the live one. */
function readAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  const host = words.get("host") ?? (location.hash ? null : startGuid());
  const page = words.get("view");
  Object.assign(view, {
    host, chart: host ? words.get("chart") : null,
    page: host ? "host" : ["refusals", "alarms", "events"].includes(page) ? page : "overview",
  });
  const [from, to] = [Number(words.get("from")), Number(words.get("to"))];
  const span = words.get("window");
  if (from > 0 && to > from) Object.assign(axis, { isLive: false, isAll: false, from, to });
  else if (host) {
    const length = Number(span) || 300;
    Object.assign(axis, { isLive: true, isAll: span === "all", span: Math.min(longest, Math.max(shortest, length)) });
  }
}

/** The address follows time without filling the history of the browser. */
function writeAddress() {
  const wanted = addressOf({ host: view.host, chart: view.chart });
  if (view.host && wanted !== location.hash) history.replaceState(null, "", wanted);
}

/** The host that /host/NAME/ names. */
function startGuid() {
  if (!startName || !node.document) return null;
  const found = node.document.hosts;
  if (startName === "localhost") return found[0]?.guid;
  return (found.find((host) => host.hostname === startName) ?? found.find((host) => host.guid === startName.toLowerCase()))?.guid;
}
