// One chart of the host that is seen: what it asks the node for, its legend, and what a pointer does on it.

/** The second that the pointer is on, on whichever chart; all of them show it. */
const pointer = { at: null, selection: null };

class Chart {
  /** `meta` is the chart's entry of /api/v1/charts. */
  constructor(guid, meta) {
    Object.assign(this, { guid, meta, rows: [], step: meta.update_every, ids: [], names: [], hidden: new Set() });
    this.first = meta.first_entry;
    this.learn(meta.last_entry);
    this.title = meta.title.endsWith(` (${meta.name})`) ? meta.title.slice(0, -meta.name.length - 3) : meta.title;
    this.isSeen = false;
    this.due = 0;
    this.element = h("section.chart", { tabindex: 0, "data-nav": "", "data-chart": meta.id, "aria-label": `${this.title}, ${meta.name}` });
    this.element.chart = this;
  }

  /** The newest point that is known of, and when it was. */
  learn(last) {
    this.last = last;
    this.learnedAt = now();
  }

  /** Its elements, once it is seen for the first time. */
  build() {
    if (this.canvas) return;
    this.units = h("span");
    this.canvas = h("canvas", { role: "img", "aria-label": this.title });
    this.legend = h("div.legend");
    this.note = h("p.note");
    const { id, context, family, plugin, module } = this.meta;
    this.element.append(
      h("h3", h("a", { href: "#", title: `${this.title} · ${id}`, tabindex: -1, onclick: press(() => openChart(id)) }, this.title), this.units),
      this.canvas, this.legend, this.note,
      h("p.facts", `${id} · context ${context} · family ${family} · ${joined([plugin, module], " ")} · every ${this.meta.update_every} s`));
    listen(this);
  }

  /** Whether it is time to ask the node. */
  get isDue() { return !this.controller && ticks() >= this.due; }

  /** Whatever is under way is of a window that nobody looks at any more. */
  stale(wait = 0) {
    this.controller?.abort();
    this.controller = null;
    this.due = ticks() + wait;
    this.isWhole = false;
  }

  async fetch() {
    const { from, to } = axis.window;
    const every = this.meta.update_every;
    const started = ticks();
    // While it is live only what is new is asked for; all of it now and then, because a gap may have been filled.
    const onlyNew = axis.isLive && this.isWhole && this.step === every && started - this.wholeAt < 30000 &&
      this.rows.length > 0 && to - this.rows.at(-1)[0] < 60;
    const after = onlyNew ? this.rows.at(-1)[0] - 5 * every : Math.floor(from - this.step);
    if (after > this.last + 2 * every + (now() - this.learnedAt) || to < this.first - 2 * every) {
      // The node would have to say that it has nothing.
      this.rows = [];
      return this.finish(started, 5);
    }
    const controller = this.controller = new AbortController();
    const points = onlyNew ? Math.ceil((to - after) / every) + 1 : Math.max(60, Math.round(this.canvas.clientWidth - 52));
    const words = new URLSearchParams({ chart: this.meta.id, after, before: Math.ceil(to), points, format: "json", options: "jsonwrap|flip|natural-points" });
    try {
      const found = await ask(`${api(this.guid)}data?${words}`, controller);
      if (this.controller !== controller) return;
      this.take(found, onlyNew, from);
      put(this.note, "");
      this.finish(started, axis.isLive ? Math.max(this.step, 1) : to > now() - 60 ? 5 : Infinity);
    } catch (error) {
      if (this.controller !== controller) return;
      if (error.status !== 404) put(this.note, trouble(error));
      this.finish(started, 5);
    }
  }

  /** A slow node is asked as seldom as it answers. */
  finish(started, seconds) {
    const took = ticks() - started;
    this.controller = null;
    this.due = ticks() + Math.max(seconds * 1000 - took, took, 200);
    this.draw();
  }

  take(found, onlyNew, from) {
    const rows = found.result.data;
    const isSame = found.dimension_ids.join() === this.ids.join();
    if (!onlyNew) {
      Object.assign(this, { rows, isWhole: true, wholeAt: ticks(), step: found.view_update_every });
      if (!isSame) this.setDimensions(found.dimension_ids, found.dimension_names);
    } else if (isSame && found.view_update_every === this.step && rows.length) {
      this.rows = [...this.rows.filter((row) => row[0] < rows[0][0] && row[0] >= from - 2 * this.step), ...rows];
    } else this.isWhole = false;
    this.first = found.first_entry;
    this.learn(found.last_entry);
  }

  setDimensions(ids, names) {
    Object.assign(this, { ids, names });
    keyed(this.legend, ids.map((id, index) => ({ id, index })), ({ id }) => id, ({ id, index }) => {
      const swatch = h("i");
      swatch.style.background = colourOf(index);
      return h("button", { title: id, onclick: (event) => this.toggle(id, event.shiftKey) }, swatch, h("span", names[index]), h("b"));
    });
  }

  /** Hides a dimension or shows it again; with Shift it alone is left. */
  toggle(id, alone) {
    if (alone) {
      const others = this.ids.filter((one) => one !== id);
      this.hidden = new Set(others.every((one) => this.hidden.has(one)) ? [] : others);
    } else if (!this.hidden.delete(id)) this.hidden.add(id);
    this.draw();
  }

  draw() {
    if (!this.canvas || !this.isSeen) return;
    const shown = this.ids.map((_, index) => index).filter((index) => !this.hidden.has(this.ids[index]));
    const { chart_type: type, units } = this.meta;
    const gaps = node.host(this.guid)?.gaps;
    const scale = plot(this.canvas, { rows: this.rows, shown, type, units, step: this.step, first: this.first, gaps }, axis.window, pointer.at, pointer.selection);
    put(this.units, scale.units);
    this.fillLegend(scale, gaps);
  }

  /** The values at the pointer, else the newest ones. */
  fillLegend(scale, gaps) {
    const at = pointer.at;
    const row = at == null ? this.rows.findLast(hasValue)
      : this.rows.find((one) => one[0] >= at && one[0] < at + this.step);
    [...this.legend.children].forEach((button, index) => {
      button.ariaPressed = !this.hidden.has(this.ids[index]);
      put(button.lastChild, row?.[index + 1] == null ? "–" : digits(row[index + 1] * scale.factor));
    });
    if (at == null) return;
    const gap = gaps?.find((one) => one.from_at < at && at < one.to_at);
    put(this.note, gap && !(row && hasValue(row)) ? "No data from " + gapText(gap) : "");
  }
}

/** Mouse, pen and fingers on a chart. */
function listen(chart) {
  const { canvas } = chart;
  const on = (name, action, options) => canvas.addEventListener(name, action, options);
  const held = new Map();
  let drag = null;
  const timeAt = (event) => {
    const { left, right } = canvas.box;
    const { from, to } = axis.window;
    return from + ((event.clientX - canvas.getBoundingClientRect().left - left) / (right - left)) * (to - from);
  };
  const secondsPerPixel = () => {
    const { from, to } = axis.window;
    return (to - from) / (canvas.box.right - canvas.box.left);
  };
  on("pointerdown", (event) => {
    if (event.button) return;
    chart.element.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    held.set(event.pointerId, event.clientX);
    drag = held.size > 1 ? "pinch" : event.shiftKey ? "select" : "wait";
    if (drag === "select") pointer.selection = [timeAt(event), timeAt(event)];
  });
  on("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (before == null || event.pointerType === "mouse") pointer.at = Math.round(timeAt(event));
    if (before != null) {
      const others = [...held].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
      const moved = event.clientX - before;
      if (drag === "wait" && Math.abs(moved) > 4) drag = "pan";
      if (drag === "pan" && moved) axis.move(-moved * secondsPerPixel());
      if (drag === "select") pointer.selection[1] = timeAt(event);
      if (drag === "pinch" && others.length) {
        const [was, is] = [Math.abs(before - others[0]), Math.abs(event.clientX - others[0])];
        if (was > 20 && is > 20) axis.zoom(was / is, timeAt(event));
      }
      if (drag !== "wait") held.set(event.pointerId, event.clientX);
    }
    drawSoon();
  });
  const release = (event) => {
    if (!held.delete(event.pointerId)) return;
    const [start, end] = (pointer.selection ?? [0, 0]).toSorted((a, b) => a - b);
    pointer.selection = null;
    if (drag === "select" && end - start > 2 * secondsPerPixel()) axis.show(start, end);
    // A tap of a finger looks at a second, a second tap elsewhere at another one.
    if (drag === "wait") pointer.at = Math.round(timeAt(event));
    if (!held.size) drag = null;
    drawSoon();
  };
  on("pointerup", release);
  on("pointercancel", release);
  on("pointerleave", (event) => {
    if (event.pointerType !== "mouse") return;
    pointer.at = null;
    drawSoon();
  });
  on("dblclick", () => axis.live());
  on("wheel", (event) => {
    // A page is scrolled with the wheel, too: the charts in its way are not zoomed unless that was asked for.
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) axis.move(event.deltaX * secondsPerPixel());
    else if (event.ctrlKey || event.shiftKey || event.metaKey || document.activeElement === chart.element) {
      axis.zoom(Math.exp(Math.max(-1, Math.min(1, (event.deltaY || event.deltaX) / 250))), timeAt(event));
    } else return;
    event.preventDefault();
  }, { passive: false });
}
