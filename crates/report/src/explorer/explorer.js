// View of a search. State: the axes, the ceilings, the switches, the chosen network.
const explorer = document.getElementById("explorer");
if (explorer) explore(explorer, JSON.parse(document.getElementById("explorer-data").textContent));

function explore(root, { objectives, axes, networks, commands, branches, steps }) {
  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 760, HEIGHT = 470, LEFT = 74, RIGHT = 18, TOP = 16, BOTTOM = 50, REACH = 24, RAMP = 9;
  const last = Math.max(0, ...networks.map((net) => net.generation));
  const state = { axes, limits: objectives.map(() => ""), only: false, random: true, chosen: null, ...kept() };

  function make(name, attributes = {}, ...children) {
    const element = name.startsWith("svg:") ? document.createElementNS(SVG, name.slice(4)) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value !== null) element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  }

  // A reload keeps the state; a page without storage forgets it.
  function kept() {
    try { return JSON.parse(sessionStorage.getItem("explorer")) ?? {}; } catch { return {}; }
  }
  function keep() {
    try { sessionStorage.setItem("explorer", JSON.stringify(state)); } catch { /* forgotten */ }
  }

  const shown = (value, index) => value.toFixed(objectives[index].digits);
  const better = (index, a, b) => (objectives[index].high ? a - b : b - a);
  // Distance beyond the limit that is violated most, as a share of it; 0 within all limits.
  const violation = (net) =>
    Math.max(0, ...objectives.map((_, index) => {
      const limit = Number(state.limits[index]);
      return state.limits[index] === "" ? 0 : better(index, limit, net.values[index]) / (Math.abs(limit) || 1);
    }));
  const feasible = (net) => violation(net) === 0;
  const plottable = () =>
    networks.filter((net) => (state.random || !net.random) && state.axes.every((axis) => Number.isFinite(net.values[axis])));
  // The network that violates the limits least, where none is within them.
  function nearestToLimits() {
    const nets = plottable();
    return nets.length === 0 || nets.some(feasible) ? null : nets.reduce((least, net) => (violation(net) < violation(least) ? net : least));
  }
  function visible() {
    const least = nearestToLimits();
    return plottable().filter((net) => !state.only || net === least || feasible(net));
  }

  // Networks that no other one beats in both axes, along the horizontal one.
  function front() {
    const [x, y] = state.axes;
    const order = visible().filter((net) => feasible(net) && !net.random)
      .sort((a, b) => better(x, b.values[x], a.values[x]) || better(y, b.values[y], a.values[y]));
    const kept = [];
    for (const net of order) {
      const best = kept.at(-1);
      if (!best || better(y, net.values[y], best.values[y]) > 0) kept.push(net);
    }
    return kept;
  }

  function scale(values, from, to) {
    let low = Math.min(...values), high = Math.max(...values);
    if (!(low < high)) { low -= 0.5; high += 0.5; }
    const step = [1, 2, 2.5, 5, 10].map((n) => n * 10 ** Math.floor(Math.log10((high - low) / 5))).find((n) => (high - low) / n <= 7);
    const room = (high - low) * 0.04;
    low -= room; high += room;
    const ticks = [];
    for (let n = Math.ceil(low / step); n * step <= high; n++) ticks.push(n * step);
    const digits = Math.max(0, Math.ceil(-Math.log10(step) + 0.2));
    return { at: (value) => from + ((value - low) / (high - low)) * (to - from), ticks, label: (tick) => tick.toFixed(digits) };
  }

  const text = (content, x, y, anchor, more = "t-small") =>
    make("svg:text", { x, y, "text-anchor": anchor, class: `f-muted ${more}` }, content);

  let places = [];
  function plot() {
    const nets = visible(), line = front(), [x, y] = state.axes;
    const across = scale(nets.map((net) => net.values[x]), LEFT, WIDTH - RIGHT);
    const up = scale(nets.map((net) => net.values[y]), HEIGHT - BOTTOM, TOP);
    const marks = [];
    for (const tick of up.ticks) {
      marks.push(make("svg:line", { x1: LEFT, x2: WIDTH - RIGHT, y1: up.at(tick), y2: up.at(tick), class: "s-grid" }));
      marks.push(text(up.label(tick), LEFT - 8, up.at(tick) + 4, "end"));
    }
    for (const tick of across.ticks) marks.push(text(across.label(tick), across.at(tick), HEIGHT - BOTTOM + 20, "middle"));
    marks.push(make("svg:line", { x1: LEFT, x2: WIDTH - RIGHT, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM, class: "s-rule" }));
    marks.push(text(objectives[x].name, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "middle"));
    marks.push(make("svg:g", { transform: `translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)` }, text(objectives[y].name, 0, 0, "middle")));
    places = nets.map((net) => ({ net, x: across.at(net.values[x]), y: up.at(net.values[y]) }));
    const on = new Set(line);
    for (const { net, x, y } of places) {
      if (on.has(net)) continue;
      const step = Math.round((RAMP * net.generation) / Math.max(1, last));
      const beyond = feasible(net) ? "" : " beyond";
      marks.push(net.random && net.generation > 0
        ? make("svg:path", { d: `M${x - 3} ${y - 3}L${x + 3} ${y + 3}M${x - 3} ${y + 3}L${x + 3} ${y - 3}`, class: `s-muted random${beyond}` })
        : make("svg:circle", { cx: x, cy: y, r: 3.4, class: `f-ramp-${step}${beyond}` }));
    }
    const points = places.filter(({ net }) => on.has(net)).sort((a, b) => a.x - b.x);
    marks.push(make("svg:path", { d: points.map(({ x, y }, n) => `${n ? "L" : "M"}${x} ${y}`).join(""), class: "s-accent", "stroke-width": 1.8 }));
    for (const { x, y } of points) marks.push(make("svg:circle", { cx: x, cy: y, r: 5, class: "f-accent s-surface", "stroke-width": 1.5 }));
    const least = nearestToLimits(), place = places.find(({ net }) => net === least);
    if (place) marks.push(make("svg:circle", { cx: place.x, cy: place.y, r: 5, fill: "none", class: "s-accent", "stroke-width": 2, "stroke-dasharray": "3 2" }));
    note.textContent = least ? `No network is within the limits. ${least.id} violates them least: by ${(100 * violation(least)).toFixed(1)} %.` : "";
    const chosen = places.find(({ net }) => net.id === state.chosen);
    if (chosen) marks.push(make("svg:circle", { cx: chosen.x, cy: chosen.y, r: 9, fill: "none", class: "s-text", "stroke-width": 2 }));
    svg.replaceChildren(...marks);
    svg.setAttribute("aria-label", `${objectives[y].name} over ${objectives[x].name}: ${nets.length} networks, ${line.length} on the front. Arrow keys walk along it.`);
  }

  // Rows are branches, columns are steps; colours tell edges to finer branches from those to coarser ones.
  function picture(code) {
    const modules = code.split(";").map((module) => module.split(",").map((branch) => (branch.match(/../g) ?? []).map((mask) => parseInt(mask, 16))));
    const STEP = 20, ROW = 26, GAP = 12, BLOCK = 8, ABOVE = 14, BESIDE = 34;
    const width = BESIDE + modules.length * (steps * STEP + GAP), height = 2 * ABOVE + (branches.length - 1) * ROW;
    const under = [], over = [];
    branches.forEach((name, branch) => under.push(text(name, BESIDE - 8, ABOVE + branch * ROW + 3, "end", "tiny")));
    modules.forEach((module, number) => {
      const left = BESIDE + number * (steps * STEP + GAP);
      module.forEach((masks, branch) => {
        const y = ABOVE + branch * ROW;
        under.push(make("svg:line", { x1: left, x2: left + steps * STEP, y1: y, y2: y, class: "s-rule" }));
        masks.forEach((mask, step) => {
          const x = left + step * STEP;
          over.push(make("svg:rect", { x, y: y - BLOCK / 2, width: BLOCK, height: BLOCK, rx: 1.5, class: `f-branch-${branch}` }));
          module.forEach((_, source) => {
            if (source === branch || !((mask >> source) & 1)) return;
            const from = ABOVE + source * ROW;
            under.push(make("svg:line", { x1: x + BLOCK, y1: from, x2: x + STEP - 2, y2: y, class: source > branch ? "s-up" : "s-down", "stroke-width": 1.2 }));
          });
        });
      });
    });
    return make("svg:svg", { viewBox: `0 0 ${width} ${height}`, class: "drawing", role: "img", "aria-label": "architecture" }, ...under, ...over);
  }

  // Ancestors, parents before their children.
  function ancestors(net) {
    const seen = new Set(), line = [];
    (function add(net) {
      if (seen.has(net)) return;
      seen.add(net);
      for (const parent of net.parents) add(networks[parent]);
      line.push(net);
    })(net);
    return line.slice(0, -1).sort((a, b) => a.generation - b.generation);
  }

  function copy(event) {
    const range = document.createRange();
    range.selectNodeContents(event.currentTarget);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    navigator.clipboard?.writeText(event.currentTarget.textContent).catch(() => {});
  }

  function describe(net) {
    if (!net) return panel.replaceChildren(make("p", {}, "Rest the pointer on a network to see it; a click or the arrow keys choose one."));
    const born = net.generation === 0 ? "initial draw" : net.random ? "random" : `generation ${net.generation}`;
    const values = objectives.flatMap(({ name }, index) => {
      const deviation = net.deviations[index] === null ? "" : ` ± ${shown(net.deviations[index], index)}`;
      return [make("dt", {}, name), make("dd", {}, shown(net.values[index], index) + deviation)];
    });
    const [, y] = state.axes, older = ancestors(net), most = 12;
    const line = older.slice(-most).map((parent) =>
      make("li", {}, make("button", { type: "button", onclick: () => choose(parent) }, `${parent.id.slice(0, 6)} · ${shown(parent.values[y], y)}`)));
    if (older.length > most) line.unshift(make("li", {}, `${older.length - most} earlier …`));
    panel.replaceChildren(
      make("h3", {}, net.id, make("small", {}, born)), picture(net.code), make("dl", {}, ...values),
      ...(line.length ? [make("h4", {}, `ancestors, with their ${objectives[y].name}`), make("ul", { class: "line" }, ...line)] : []),
      make("h4", {}, "use it (RUN is the folder of the run; a click copies)"),
      ...commands.map((command) => make("pre", { tabindex: 0, onclick: copy, onkeydown: (event) => event.key === "Enter" && copy(event) }, command.replaceAll("ID", net.id))),
    );
  }

  const chosen = () => networks.find((net) => net.id === state.chosen);
  function choose(net) { state.chosen = net?.id ?? null; draw(); }
  function draw() { keep(); plot(); describe(chosen()); }

  function nearest(event) {
    const box = svg.getBoundingClientRect(), ratio = WIDTH / box.width;
    const [x, y] = [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
    let best = null, reach = REACH;
    for (const place of places) {
      const distance = Math.hypot(place.x - x, place.y - y);
      if (distance < reach) { reach = distance; best = place.net; }
    }
    return best;
  }

  function walk(event) {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (event.key === "Escape") return choose(null);
    if (!step) return;
    event.preventDefault();
    const least = nearestToLimits(), line = least ? [least] : front(), at = line.findIndex((net) => net.id === state.chosen);
    if (line.length) choose(line[at < 0 ? 0 : Math.min(line.length - 1, Math.max(0, at + step))]);
  }

  const axis = (place, label) =>
    make("label", {}, label, make("select", { onchange: (event) => { state.axes = state.axes.with(place, Number(event.target.value)); draw(); } },
      ...objectives.map(({ name }, index) => make("option", { value: index, selected: state.axes[place] === index ? "" : null }, name))));
  const box = (key, label) =>
    make("label", {}, make("input", { type: "checkbox", checked: state[key] ? "" : null, onchange: (event) => { state[key] = event.target.checked; draw(); } }), label);
  const limit = ({ name, high }, index) =>
    make("label", {}, `${name} ${high ? "≥" : "≤"}`, make("input", { type: "number", step: "any", value: state.limits[index], oninput: (event) => { state.limits[index] = event.target.value; draw(); } }));

  const svg = make("svg:svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "drawing", role: "img", tabindex: 0, onkeydown: walk,
    onpointermove: (event) => describe(nearest(event) ?? chosen()),
    onpointerleave: () => describe(chosen()),
    onclick: (event) => choose(nearest(event)),
  });
  const note = make("p", { class: "note", role: "status" });
  const panel = make("div", { class: "net", "aria-live": "polite" });
  root.replaceChildren(
    make("div", { class: "tools" }, axis(0, "across"), axis(1, "up"),
      ...(networks.some((net) => net.random) ? [box("random", "random networks (×)")] : []), box("only", "feasible only"),
      make("div", { class: "limits" }, ...objectives.map(limit))),
    make("div", { class: "front" }, note, svg), panel);
  if (!chosen()) state.chosen = front().at(-1)?.id ?? null;
  draw();
}
