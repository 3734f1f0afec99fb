"use strict";
// What all others use: elements, lists that keep their elements, figures for people.

const $ = (id) => document.getElementById(id);

/**
 * An element: h("p.note", {title: "…"}, children…); attributes may be left out, `onclick` and its like are functions.
 * Strings among the children become text, never markup: whatever a peer sends is inert.
 */
function h(name, ...children) {
  const [tag, kind] = name.split(".");
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  if (children[0]?.constructor === Object) {
    for (const [name, value] of Object.entries(children.shift())) {
      if (typeof value === "function") element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value);
    }
  }
  element.append(...children.flat(2).filter(Boolean));
  return element;
}

/** Writes only what has changed, so that a selection and a screen reader are left alone. */
function put(element, text) {
  text = text == null ? "" : String(text);
  if (element.textContent !== text) element.textContent = text;
}

/** What there is of some parts, as one text. */
const joined = (parts, between = ", ") => parts.filter(Boolean).join(between);

/** The children of `parent` become one for each item; one whose key was there before stays the same element. */
function keyed(parent, items, key, make, update) {
  const before = parent.byKey ?? new Map();
  const now = new Map();
  for (const item of items) {
    let name = key(item);
    while (now.has(name)) name += "'";
    now.set(name, before.get(name) ?? make(item));
    update?.(now.get(name), item);
  }
  for (const [name, element] of before) if (!now.has(name)) element.remove();
  let next = parent.firstChild;
  for (const element of now.values()) {
    if (element === next) next = next.nextSibling;
    else parent.insertBefore(element, next);
  }
  parent.byKey = now;
}

/** Milliseconds that no clock is set back in. */
const ticks = () => performance.now();

/** What the root element says of the page: its theme. */
const look = document.documentElement.dataset;

/** What a link does instead of going somewhere. */
const press = (action) => (event) => {
  event.preventDefault();
  action();
};

/** All elements of the page that a selector means. */
const all = (selector) => document.querySelectorAll(selector);

/** A word in the corner, for a moment. */
function say(text) {
  put($("said"), text);
  setTimeout(put, 2000, $("said"), "");
}

const count = (number, one, many = one + "s") => `${number} ${number === 1 ? one : many}`;

function age(seconds) {
  seconds = Math.max(0, seconds);
  if (!isFinite(seconds)) return "";
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return seconds < 129600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}

const two = (number) => String(number).padStart(2, "0");

/** HH:MM:SS of a Unix time, here; with the day where it is not today's. */
function clock(at, withSeconds = true) {
  const date = new Date(at * 1000);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}${withSeconds ? ":" + two(date.getSeconds()) : ""}`;
  return date.toDateString() === new Date().toDateString() ? time : `${day(at)} ${time}`;
}

const day = (at) => new Date(at * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short" });

/** Three digits and a prefix: 1.23 k, 45.6 M. `base` is 1000 or 1024. */
function short(value, base = 1000) {
  if (value == null) return "–";
  let index = 0;
  for (; Math.abs(value) >= base && index < 5; index += 1) value /= base;
  return `${digits(value)} ${prefixes(base)[index]}`.trim();
}

const prefixes = (base) => (base === 1024 ? ["", "Ki", "Mi", "Gi", "Ti", "Pi"] : ["", "k", "M", "G", "T", "P"]);

/** As many decimals as three digits leave. */
function digits(value) {
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 100) return String(Math.round(value));
  return size >= 10 ? value.toFixed(1) : size >= 0.01 ? value.toFixed(2) : value.toPrecision(2);
}

const tenths = (value) => (Math.round(value * 10) / 10).toFixed(1);
const bytes = (value) => (value == null ? "–" : short(value, 1024) + (Math.abs(value) < 1024 ? " B" : "B"));

/** The last minute in letters: eight heights, the highest is the greatest value. */
function spark(values, width) {
  const size = Math.max(1, Math.ceil(values.length / width));
  const parts = [];
  for (let at = 0; at < values.length; at += size) parts.push(Math.max(...values.slice(at, at + size)));
  const most = Math.max(1, ...parts);
  return parts.map((part) => "▁▂▃▄▅▆▇█"[Math.min(7, Math.floor((part / most) * 7.99))]).join("");
}

/** Copies, also where the page came without TLS and the browser has no clipboard for it. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = h("textarea", text);
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  say("copied");
}

/** What the browser remembers for this page; some browsers refuse to. */
const memory = {
  get(name) {
    try { return localStorage.getItem("ndstream." + name); } catch { return null; }
  },
  set(name, value) {
    try { localStorage.setItem("ndstream." + name, value); } catch { /* then it is for this visit */ }
  },
};
