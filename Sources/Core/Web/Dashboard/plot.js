// Draws one chart on a canvas: scales, axes, lines, areas, stacks, gaps, and where the pointer is. Knows no node and no
// requests: what is drawn is in its arguments.

const palette = ["#4c9be8", "#f2a33a", "#3fbf7f", "#e4606d", "#9b7fe6", "#2fb8c6", "#e879b9", "#a3bf3b", "#c98a5b", "#7d93ab",
  "#5a6fe0", "#d6b32e", "#1f9d8a", "#f07f4f", "#b45fc4", "#6db35e"];
const colourOf = (index) => palette[index % palette.length];

/** Colours of the page, asked for once for each theme. */
function ink() {
  if (ink.theme !== look.theme) {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["text", "quiet", "line", "bad", "panel", "accent"]) ink[name] = style.getPropertyValue("--" + name);
    ink.theme = look.theme;
  }
  return ink;
}

const times = { microseconds: 1e-6, milliseconds: 1e-3, ms: 1e-3, seconds: 1 };
const timeSteps = [[1e-6, "µs", 1e6], [1e-3, "ms", 1e3], [1, "s", 1], [600, "min", 1 / 60], [10800, "h", 1 / 3600], [259200, "d", 1 / 86400]];

/**
 * How values of these units are told when the greatest is `peak`: what to multiply them with, and their units then. Bytes go
 * by 1024, bits and all others by 1000, time by its own steps.
 */
function scaleOf(units, peak) {
  if (units === "percentage") return { factor: 1, units: "%" };
  if (units in times) {
    const [, name, factor] = timeSteps.findLast(([from]) => peak * times[units] >= from) ?? timeSteps[0];
    return { factor: times[units] * factor, units: name };
  }
  const [, size = "", unit, rest = ""] = /^(kilo|mega|giga|K|M|G)?i?(B|bytes|bits)(\/s)?$/.exec(units) ?? [];
  if (!unit && peak < 10000) return { factor: 1, units };
  const base = unit && unit !== "bits" ? 1024 : 1000;
  const power = ["", "k", "m", "g"].indexOf(size.charAt(0).toLowerCase());
  const steps = Math.max(0, Math.min(5, Math.floor(Math.log(peak * base ** power) / Math.log(base) + 1e-9)));
  const name = base === 1024 ? "B" : unit ? "bit" : " " + units;
  return { factor: base ** (power - steps), units: prefixes(base)[steps] + name + rest };
}

/** Round steps so that about `most` of them fit. */
function niceStep(range, most) {
  const power = 10 ** Math.floor(Math.log10(range / most));
  return [1, 2, 5, 10].find((step) => step * power >= (range / most) * 0.999) * power;
}

const clockSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800,
  2592000, 7776000, 31536000];
const hasValue = (row) => row.some((value, index) => index > 0 && value != null);

/**
 * The least and the greatest of what is seen, from zero where the chart stands on it; null without any value.
 * `data`: {rows: [[time, value…]…], shown: [column…], type}.
 */
function extremes({ rows, shown, type }, from, to) {
  const ends = [];
  for (const row of rows) {
    if (row[0] < from || row[0] > to) continue;
    const values = shown.map((column) => row[column + 1]).filter((value) => value != null);
    const pile = (isIn) => values.filter(isIn).reduce((sum, value) => sum + value, 0);
    if (type === "stacked" && values.length) ends.push(pile((value) => value > 0), pile((value) => value < 0));
    else ends.push(...values);
  }
  if (!ends.length) return null;
  let low = ends.reduce((a, b) => Math.min(a, b));
  let high = ends.reduce((a, b) => Math.max(a, b));
  // A line that hardly moves far above zero is looked at closely; all else stands on it.
  if (type !== "line" || high - low > 0.2 * Math.max(high, -low)) {
    low = Math.min(0, low);
    high = Math.max(0, high);
  }
  if (high - low < 1e-9) high += Math.abs(high) * 0.1 || 1;
  return { low, high };
}

/** Where nothing is known, as [from, to]: rows without a value, rows that are not there, and the time after the last. */
function holes(rows, step, from, to, first) {
  const found = [];
  let last = Math.max(from, first);
  for (const row of rows.filter(hasValue)) {
    if (row[0] - last > step * 1.5) found.push([last, row[0] - step]);
    last = Math.max(last, row[0]);
  }
  if (to - last > Math.max(6, step * 3)) found.push([last, to]);
  return found;
}

/** Rows that belong together: without a gap between them. */
function runs(rows, step, isThere) {
  const found = [];
  let last = -Infinity;
  for (const row of rows.filter(isThere)) {
    if (row[0] - last > step * 1.5) found.push([]);
    found.at(-1).push(row);
    last = row[0];
  }
  return found;
}

/**
 * Draws. `data` as above, with {step, first, units, gaps: the known ones of the host}; `pointer` is the second that is
 * looked at, `selection` [from, to] of a mouse that selects. Returns how values were scaled.
 */
function plot(canvas, data, { from, to }, pointer, selection) {
  const density = Math.min(3, devicePixelRatio);
  const { clientWidth: width, clientHeight: height } = canvas;
  const [columns, lines] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== columns || canvas.height !== lines) Object.assign(canvas, { width: columns, height: lines });
  const pen = canvas.getContext("2d");
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = "11px system-ui, sans-serif";
  const range = extremes(data, from, to);
  const scale = scaleOf(data.units, range ? Math.max(range.high, -range.low) : 1);
  const box = canvas.box = { left: 46, right: width - 6, top: 8, bottom: height - 17 };
  const x = (time) => box.left + ((time - from) / (to - from)) * (box.right - box.left);
  drawTimes(pen, box, x, from, to);
  clipped(pen, box.left, box.right, box, () => {
    for (const hole of holes(data.rows, data.step, from, to, data.first)) drawHole(pen, box, ...hole.map(x));
  });
  if (range) {
    const y = (value) => box.bottom - ((value - range.low) / (range.high - range.low)) * (box.bottom - box.top);
    drawValues(pen, box, y, range, scale.factor);
    clipped(pen, box.left, box.right, box, () => (data.type === "stacked" ? drawStack : drawLines)(pen, data, x, y));
  }
  // What the node knows of gaps, at the foot: so they are seen also where a point stands for an hour.
  for (const gap of data.gaps ?? []) {
    const left = Math.max(box.left, x(gap.from_at));
    pen.fillStyle = gap.filled ? ink().quiet : ink().bad;
    if (x(gap.to_at) > box.left && left < box.right) pen.fillRect(left, box.bottom, Math.max(2, Math.min(box.right, x(gap.to_at)) - left), 3);
  }
  if (selection) {
    pen.globalAlpha = 0.25;
    pen.fillStyle = ink().accent;
    pen.fillRect(x(selection[0]), box.top, x(selection[1]) - x(selection[0]), box.bottom - box.top);
    pen.globalAlpha = 1;
  }
  if (pointer && pointer >= from && pointer <= to) drawPointer(pen, box, x(pointer), clock(pointer));
  return scale;
}

function clipped(pen, left, right, box, draw) {
  pen.save();
  pen.beginPath();
  pen.rect(left, box.top - 4, right - left, box.bottom - box.top + 5);
  pen.clip();
  draw();
  pen.restore();
}

function line(pen, colour, left, top, right, bottom) {
  pen.strokeStyle = colour;
  pen.beginPath();
  pen.moveTo(left, top);
  pen.lineTo(right, bottom);
  pen.stroke();
}

function write(pen, colour, text, x, y, align = "center") {
  Object.assign(pen, { fillStyle: colour, textAlign: align, textBaseline: "middle" });
  pen.fillText(text, x, y);
}

function drawTimes(pen, box, x, from, to) {
  const step = clockSteps.find((one) => ((to - from) / one) * 84 <= box.right - box.left) ?? clockSteps.at(-1);
  const zone = step < 3600 ? 0 : new Date(from * 1000).getTimezoneOffset() * 60;
  for (let time = Math.ceil((from - zone) / step) * step + zone; time <= to; time += step) {
    const at = Math.round(x(time)) + 0.5;
    line(pen, ink().line, at, box.top, at, box.bottom + 3);
    const label = step < 86400 ? clock(time, step < 60).split(" ").at(-1) : day(time);
    if (at > box.left + 8 && at < box.right - 14) write(pen, ink().quiet, label, at, box.bottom + 10);
  }
}

function drawValues(pen, box, y, { low, high }, factor) {
  const step = niceStep((high - low) * factor, (box.bottom - box.top) / 30);
  const decimals = Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9)));
  const last = Math.floor((high * factor) / step + 1e-9);
  for (let index = Math.ceil((low * factor) / step - 1e-9); index <= last; index += 1) {
    const at = Math.round(y((index * step) / factor)) + 0.5;
    line(pen, index ? ink().line : ink().quiet, box.left, at, box.right, at);
    write(pen, ink().quiet, (index * step).toFixed(decimals), box.left - 5, at, "right");
  }
}

function drawHole(pen, box, left, right) {
  clipped(pen, left, Math.max(left + 1, right), box, () => {
    pen.globalAlpha = 0.45;
    for (let at = left - (left % 7) - box.bottom; at < right; at += 7) line(pen, ink().quiet, at, box.bottom, at + box.bottom - box.top, box.top);
  });
  if (right - left < 62) return;
  const middle = (box.top + box.bottom) / 2;
  pen.fillStyle = ink().panel;
  pen.fillRect((left + right) / 2 - 28, middle - 9, 56, 18);
  write(pen, ink().text, "no data", (left + right) / 2, middle);
}

function drawLines(pen, { rows, shown, type, step }, x, y) {
  pen.lineWidth = 1.4;
  for (const column of shown) {
    pen.strokeStyle = pen.fillStyle = colourOf(column);
    for (const run of runs(rows, step, (row) => row[column + 1] != null)) {
      pen.beginPath();
      for (const row of run) pen.lineTo(x(row[0]), y(row[column + 1]));
      // A value between two gaps is no line, and to be seen.
      if (run.length === 1) pen.lineTo(x(run[0][0]) + 1.5, y(run[0][column + 1]));
      pen.stroke();
      if (type !== "area") continue;
      pen.lineTo(x(run.at(-1)[0]), y(0));
      pen.lineTo(x(run[0][0]), y(0));
      pen.globalAlpha = 0.28;
      pen.fill();
      pen.globalAlpha = 1;
    }
  }
  pen.lineWidth = 1;
}

/** What is above zero and what is below it pile up apart. */
function drawStack(pen, { rows, shown, step }, x, y) {
  pen.globalAlpha = 0.8;
  for (const run of runs(rows, step, hasValue)) {
    const piles = run.map(() => [0, 0]);
    for (const column of shown) {
      const places = run.map((row, index) => {
        const value = row[column + 1] ?? 0;
        const side = value < 0 ? 1 : 0;
        const base = piles[index][side];
        piles[index][side] += value;
        return [x(row[0]), y(base), y(base + value)];
      });
      if (run.length === 1) places.push([places[0][0] + 1.5, places[0][1], places[0][2]]);
      pen.fillStyle = colourOf(column);
      pen.beginPath();
      for (const [left, , top] of places) pen.lineTo(left, top);
      for (const [left, base] of places.reverse()) pen.lineTo(left, base);
      pen.fill();
    }
  }
}

function drawPointer(pen, box, at, label) {
  const left = Math.round(at) + 0.5;
  line(pen, ink().text, left, box.top - 4, left, box.bottom);
  const half = pen.measureText(label).width / 2 + 4;
  const middle = Math.min(box.right - half, Math.max(box.left + half, at));
  pen.fillStyle = ink().text;
  pen.fillRect(middle - half, box.bottom + 2, 2 * half, 15);
  write(pen, ink().panel, label, middle, box.bottom + 10);
}
