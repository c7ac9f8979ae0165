// The page of `archlint graph`. Text from the checked code is only ever set as text.
"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const nodes = data.nodes.map(([name, label, parent, children, problems], id) =>
  ({ id, name, label, parent, children, problems, leaves: 0, bad: 0 }));
const links = data.links.map(([source, target, statements]) =>
  ({ source, target, statements, broken: statements.filter((each) => each[5].length).length }));
const TOP = -1;
const groups = new Map(); // group -> Map("source,target" -> arrow)
const opened = new Set();
const settings = { all: false };
let picked = null; // { group, arrow } or { node }

const SVG = "http://www.w3.org/2000/svg";
const canvas = document.getElementById("canvas");
const details = document.getElementById("details");

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function drawn(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

// What the picture knows: ancestors, sizes, and the arrows of every group of siblings.

function around(node) {
  const found = [node];
  while (nodes[found[found.length - 1]].parent >= 0) found.push(nodes[found[found.length - 1]].parent);
  return found;
}

const first = new Set(data.top.rows.flat().filter((each) => each >= 0));

function addArrow(group, source, target, link) {
  if (!groups.has(group)) groups.set(group, new Map());
  const key = `${source},${target}`;
  const arrows = groups.get(group);
  if (!arrows.has(key)) arrows.set(key, { source, target, links: [], count: 0, broken: 0 });
  const arrow = arrows.get(key);
  arrow.links.push(link);
  arrow.count += link.statements.length;
  arrow.broken += link.broken;
}

function place(link) {
  const from = around(link.source);
  const to = around(link.target);
  const start = from.find((each) => first.has(each));
  const end = to.find((each) => first.has(each));
  if (start === undefined || end === undefined) return;
  if (start !== end) return addArrow(TOP, start, end, link);
  const common = from.find((each) => to.includes(each));
  addArrow(common, from[from.indexOf(common) - 1], to[to.indexOf(common) - 1], link);
}

for (const node of nodes) {
  if (node.children.length) continue;
  for (const each of around(node.id)) {
    nodes[each].leaves += 1;
    nodes[each].bad += node.problems.length;
  }
}
links.forEach(place);
for (const [group, arrows] of groups) {
  if (group < 0) continue;
  const broken = [...arrows.values()].reduce((sum, arrow) => sum + arrow.broken, 0);
  for (const each of around(group)) nodes[each].bad += broken;
}

// Boxes in rows.

function box(id) {
  const node = nodes[id];
  const made = element("div", "box");
  made.dataset.node = id;
  const button = element("button", "", node.label);
  button.type = "button";
  button.title = node.name;
  if (node.children.length) {
    made.classList.add("package");
    button.append(element("small", "", counted(node.leaves, "module")));
    button.setAttribute("aria-expanded", String(opened.has(id)));
  }
  button.addEventListener("click", () => {
    if (node.children.length) toggle(id);
    pick({ node: id });
  });
  made.append(button);
  if (node.bad) {
    if (node.problems.length) made.classList.add("bad");
    const badge = element("span", "count-bad", node.bad);
    badge.title = `${counted(node.bad, "violation")} inside`;
    if (!opened.has(id)) made.append(badge);
  }
  if (opened.has(id)) {
    made.classList.add("open");
    made.append(group(id, data.inner[id], [["", data.inner[id].rows.length]]));
  }
  made.addEventListener("mouseenter", () => focus(made, true));
  made.addEventListener("mouseleave", () => focus(made, false));
  return made;
}

function group(id, arrangement, bands) {
  const made = element("div", id === TOP ? "group" : "group inside");
  made.dataset.group = id;
  made.append(drawn("svg", {}));
  let done = 0;
  for (const [label, count] of bands) {
    const rows = element("div", "rows");
    for (const row of arrangement.rows.slice(done, done + count)) {
      const line = element("div", "row");
      line.append(...row.filter((each) => each >= 0).map(box));
      rows.append(line);
    }
    done += count;
    if (id !== TOP) {
      made.append(rows);
    } else {
      const band = element("div", `band${label ? "" : " bare"}${label === "in no layer" ? " free" : ""}`);
      if (label) band.append(element("div", "layer", label));
      band.append(rows);
      made.append(band);
    }
  }
  return made;
}

function toggle(id) {
  if (!opened.delete(id)) opened.add(id);
  render();
}

function render() {
  canvas.replaceChildren(group(TOP, data.top, data.bands));
  for (const made of [...canvas.querySelectorAll(".group")].reverse()) arrange(made); // what is inside first
  draw();
  showPicked();
}

// Where boxes stand in their rows: as in place.py, from the widths that the browser gives them.

const POINT = 8;

function arrangementOf(id) {
  return id === TOP ? data.top : data.inner[id];
}

function arrange(made) {
  const id = Number(made.dataset.group);
  const { rows, routes } = arrangementOf(id);
  const lines = own(made, ".row");
  const widths = new Map();
  for (const each of own(made, ".box")) widths.set(Number(each.dataset.node), each.offsetWidth);
  const x = centres(rows, routes, widths);
  const right = Math.max(0, ...rows.flat().map((each) => x.get(each) + (widths.get(each) ?? POINT) / 2));
  lines.forEach((line) => {
    const boxes = [...line.children];
    const height = Math.max(38, ...boxes.map((each) => each.offsetHeight));
    line.style.height = `${height}px`;
    line.style.width = `${right}px`;
    for (const each of boxes) {
      const node = Number(each.dataset.node);
      each.style.left = `${x.get(node) - widths.get(node) / 2}px`;
      each.style.top = `${(height - each.offsetHeight) / 2}px`;
    }
  });
  made.points = new Map(rows.flatMap((row, number) =>
    row.filter((each) => each < 0).map((each) => [each, { x: x.get(each), line: lines[number] }])));
}

function own(made, selector) {
  return [...made.querySelectorAll(selector)].filter((each) => each.parentElement.closest(".group") === made);
}

function centres(rows, routes, widths) {
  const above = new Map();
  const below = new Map();
  const join = (map, one, other) => map.set(one, [...(map.get(one) ?? []), other]);
  for (const [source, target, points, up] of routes) {
    const stops = up ? [target, ...[...points].reverse(), source] : [source, ...points, target];
    for (let number = 1; number < stops.length; number += 1) {
      join(below, stops[number - 1], stops[number]);
      join(above, stops[number], stops[number - 1]);
    }
  }
  const width = (node) => widths.get(node) ?? POINT;
  const gaps = rows.map((row) => row.slice(1).map((node, number) =>
    (width(node) + width(row[number])) / 2 + (widths.has(node) && widths.has(row[number]) ? 22 : 8)));
  const x = new Map();
  rows.forEach((row, number) => spread(row.map(() => 0), gaps[number]).forEach((at, place) => x.set(row[place], at)));
  for (let sweep = 0; sweep < 16; sweep += 1) {
    const neighbours = sweep % 2 ? below : above;
    rows.forEach((row, number) => {
      const wanted = row.map((node) => {
        const found = neighbours.get(node);
        return found ? found.reduce((sum, each) => sum + x.get(each), 0) / found.length : x.get(node);
      });
      spread(wanted, gaps[number]).forEach((at, place) => x.set(row[place], at));
    });
  }
  const left = Math.min(...[...x].map(([node, at]) => at - width(node) / 2));
  for (const [node, at] of x) x.set(node, at - left);
  return x;
}

function spread(wanted, gaps) {
  const offsets = [0];
  for (const gap of gaps) offsets.push(offsets[offsets.length - 1] + gap);
  const blocks = [];
  wanted.forEach((at, number) => {
    let total = at - offsets[number];
    let count = 1;
    while (blocks.length && blocks[blocks.length - 1].total / blocks[blocks.length - 1].count > total / count) {
      const before = blocks.pop();
      total += before.total;
      count += before.count;
    }
    blocks.push({ total, count });
  });
  return blocks.flatMap(({ total, count }) => Array(count).fill(total / count)).map((mean, at) => mean + offsets[at]);
}

// Arrows: measured from where the boxes are now.

function draw() {
  for (const made of canvas.querySelectorAll(".group")) drawGroup(made);
  for (const kind of ["up", "broken"]) {
    document.querySelector(`.key.${kind}`).parentElement.hidden = !canvas.querySelector(`.arrow.${kind}`);
  }
  const hidden = [...(groups.get(TOP) ?? new Map()).values()].length - data.top.routes.length;
  document.getElementById("hidden").textContent =
    hidden > 0 && !settings.all ? `· ${counted(hidden, "arrow")} that longer ways imply: point at a box` : "";
}

function drawGroup(made) {
  const id = Number(made.dataset.group);
  const svg = made.querySelector(":scope > svg");
  const frame = made.getBoundingClientRect();
  const arrangement = arrangementOf(id);
  const arrows = groups.get(id) ?? new Map();
  const rectangles = new Map();
  for (const item of own(made, ".box")) {
    const area = item.getBoundingClientRect();
    rectangles.set(Number(item.dataset.node), {
      left: area.left - frame.left, right: area.right - frame.left, x: (area.left + area.right) / 2 - frame.left,
      top: area.top - frame.top, bottom: area.bottom - frame.top,
    });
  }
  for (const [point, { x, line }] of made.points) {
    const area = line.getBoundingClientRect();
    const at = area.left - frame.left + x;
    rectangles.set(point, { left: at, right: at, x: at, top: area.top - frame.top, bottom: area.bottom - frame.top });
  }
  const routes = arrangement.routes.map(([source, target, points, up]) => ({ source, target, points, up: Boolean(up) }));
  const led = new Set(routes.map((route) => `${route.source},${route.target}`));
  for (const arrow of arrows.values()) {
    if (led.has(`${arrow.source},${arrow.target}`)) continue;
    const up = rectangles.get(arrow.source).top > rectangles.get(arrow.target).top;
    routes.push({ source: arrow.source, target: arrow.target, points: [], up, implied: true });
  }
  const ports = portsOf(routes.filter((route) => !route.implied), rectangles);
  const rank = (route) => { const a = arrows.get(`${route.source},${route.target}`); return a.broken ? 2 : route.up ? 1 : 0; };
  routes.sort((one, other) => rank(one) - rank(other));
  svg.replaceChildren(markers(id));
  for (const route of routes) {
    const arrow = arrows.get(`${route.source},${route.target}`);
    svg.append(arrowOf(id, arrow, route, stops(route, rectangles, ports)));
  }
}

function portsOf(routes, rectangles) {
  const sides = new Map();
  const side = (node, bottom, x, route, end) => {
    const key = `${node},${bottom}`;
    if (!sides.has(key)) sides.set(key, []);
    sides.get(key).push({ x, route, end, node });
  };
  for (const route of routes) {
    const way = [route.source, ...route.points, route.target];
    side(route.source, !route.up, rectangles.get(way[1]).x, route, "leave");
    side(route.target, route.up, rectangles.get(way[way.length - 2]).x, route, "enter");
  }
  const ports = new Map();
  for (const found of sides.values()) {
    found.sort((one, other) => one.x - other.x);
    const area = rectangles.get(found[0].node);
    const step = Math.min(9, ((area.right - area.left) * 0.7) / Math.max(found.length - 1, 1));
    found.forEach((each, place) => {
      ports.set(`${each.end},${each.route.source},${each.route.target}`, area.x + (place - (found.length - 1) / 2) * step);
    });
  }
  return ports;
}

function stops(route, rectangles, ports) {
  const start = rectangles.get(route.source);
  const end = rectangles.get(route.target);
  const port = (which, area) => ports.get(`${which},${route.source},${route.target}`) ?? area.x;
  const way = [[port("leave", start), route.up ? start.top : start.bottom]];
  for (const point of route.points) {
    const area = rectangles.get(point);
    way.push([area.x, route.up ? area.bottom : area.top], [area.x, route.up ? area.top : area.bottom]);
  }
  way.push([port("enter", end), route.up ? end.bottom : end.top]);
  if (start.top === end.top) { // in one row: a bow above it
    return [[start.x, start.top], [(start.x + end.x) / 2, start.top - 26], [end.x, end.top]];
  }
  return way;
}

function curve(way) {
  let path = `M${way[0][0]},${way[0][1]}`;
  for (let number = 1; number < way.length; number += 1) {
    const [x0, y0] = way[number - 1];
    const [x1, y1] = way[number];
    const bend = (y1 - y0) * 0.55;
    path += x0 === x1 ? `L${x1},${y1}` : `C${x0},${y0 + bend} ${x1},${y1 - bend} ${x1},${y1}`;
  }
  return path;
}

function markers(id) {
  const made = drawn("defs", {});
  for (const [name, colour] of [["plain", "#8b97a8"], ["up", "#d97706"], ["broken", "#dc2626"]]) {
    const marker = drawn("marker", { id: `${name}${id}`, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8,
      markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" });
    marker.append(drawn("path", { d: "M0,0.6L8,4L0,7.4z", fill: colour }));
    made.append(marker);
  }
  return made;
}

function arrowOf(id, arrow, route, way) {
  const kind = arrow.broken ? "broken" : route.up ? "up" : "plain";
  const made = drawn("g", { class: `arrow ${kind}${route.implied ? " implied" : ""}` });
  made.dataset.source = arrow.source;
  made.dataset.target = arrow.target;
  const d = curve(way);
  const width = Math.min(1.2 + Math.log2(1 + arrow.count) * 0.22, 3.2);
  const title = drawn("title", {});
  title.textContent = `${nodes[arrow.source].name} → ${nodes[arrow.target].name}: ${counted(arrow.count, "import")}`;
  made.append(title, drawn("path", { class: "ink", d, "stroke-width": width, "marker-end": `url(#${kind}${id})` }));
  made.append(drawn("path", { class: "hit", d }));
  if (arrow.broken) {
    const [one, other] = [way[Math.floor(way.length / 2) - 1], way[Math.floor(way.length / 2)]];
    const label = drawn("text", { x: (one[0] + other[0]) / 2 + 5, y: (one[1] + other[1]) / 2 + 4 });
    label.textContent = arrow.broken;
    made.append(label);
  }
  if (route.implied && !settings.all) made.style.display = "none";
  made.addEventListener("click", () => pick({ group: id, key: `${arrow.source},${arrow.target}` }));
  return made;
}

function focus(made, on) {
  const group = made.parentElement.closest(".group");
  group.classList.toggle("focused", on);
  for (const arrow of group.querySelectorAll(":scope > svg > .arrow")) {
    const near = on && (arrow.dataset.source === made.dataset.node || arrow.dataset.target === made.dataset.node);
    arrow.classList.toggle("near", near);
    if (arrow.classList.contains("implied")) arrow.style.display = near || settings.all ? "" : "none";
  }
}

// Details: the import lines behind an arrow or a box.

function pick(what) {
  picked = what;
  showPicked();
}

function showPicked() {
  const before = canvas.clientWidth;
  for (const each of canvas.querySelectorAll(".picked,.marked")) each.classList.remove("picked", "marked");
  details.replaceChildren();
  if (picked) {
    const close = element("button", "close", "×");
    close.type = "button";
    close.title = "Close";
    close.addEventListener("click", () => pick(null));
    details.append(close);
    if (picked.node !== undefined) showNode(nodes[picked.node]);
    else showArrow(groups.get(picked.group).get(picked.key));
  }
  if (canvas.clientWidth !== before) draw();
  if (picked?.key) {
    const [source, target] = picked.key.split(",");
    canvas.querySelector(`.arrow[data-source="${source}"][data-target="${target}"]`)?.classList.add("picked");
  } else if (picked) {
    canvas.querySelector(`[data-node="${picked.node}"]`)?.classList.add("marked");
  }
}

function showArrow(arrow) {
  details.append(element("h2", "", `${nodes[arrow.source].name} → ${nodes[arrow.target].name}`));
  details.append(element("p", "", counted(arrow.count, "import")));
  list(arrow.links);
}

function showNode(node) {
  details.append(element("h2", "", node.name));
  if (node.children.length) details.append(element("p", "", counted(node.leaves, "module")));
  const inside = (id) => around(id).includes(node.id);
  const problems = nodes.filter((each) => each.problems.length && inside(each.id));
  for (const each of problems) for (const text of each.problems) details.append(element("p", "problem", text));
  const broken = links.filter((link) => link.broken && (inside(link.source) || inside(link.target)));
  if (broken.length) { details.append(element("h3", "", "Violations")); list(broken, true); }
  const out = links.filter((link) => inside(link.source) && !inside(link.target));
  const into = links.filter((link) => !inside(link.source) && inside(link.target));
  neighbours("Imports", out, (link) => link.target);
  neighbours("Is imported by", into, (link) => link.source);
}

function neighbours(heading, found, other) {
  if (!found.length) return;
  details.append(element("h3", "", `${heading} (${found.reduce((sum, link) => sum + link.statements.length, 0)})`));
  list([...found].sort((one, two) => (nodes[other(one)].name < nodes[other(two)].name ? -1 : 1)));
}

const MOST = 300;

function list(found, broken = false) {
  const made = element("ol");
  const statements = found.flatMap((link) => link.statements).filter((each) => !broken || each[5].length);
  statements.sort((one, other) => (other[5].length > 0) - (one[5].length > 0));
  for (const [path, line, column, text, kind, problems] of statements.slice(0, MOST)) {
    const item = element("li");
    item.append(element("span", "where", `${data.paths[path]}:${line}:${column}`));
    if (kind) item.append(element("span", "kind", kind));
    item.append(element("code", "", text));
    for (const problem of problems) item.append(element("span", "problem", problem));
    made.append(item);
  }
  details.append(made);
  if (statements.length > MOST) details.append(element("p", "", `and ${statements.length - MOST} more`));
}

// The bar.

document.getElementById("only-broken").addEventListener("change", (event) => {
  canvas.classList.toggle("only-broken", event.target.checked);
});
document.getElementById("all-arrows").addEventListener("change", (event) => {
  settings.all = event.target.checked;
  draw();
});
document.getElementById("open-all").addEventListener("click", () => {
  const waiting = [...first];
  let shown = waiting.length;
  while (waiting.length && shown < 400) {
    const id = waiting.shift();
    if (!nodes[id].children.length) continue;
    opened.add(id);
    shown += nodes[id].children.length;
    waiting.push(...nodes[id].children);
  }
  render();
});
document.getElementById("close-all").addEventListener("click", () => {
  opened.clear();
  picked = null;
  render();
});
document.getElementById("search").addEventListener("input", (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  for (const each of canvas.querySelectorAll(".marked")) each.classList.remove("marked");
  if (!wanted) return;
  const found = nodes.filter((node) => node.name.toLowerCase().includes(wanted)).slice(0, 40);
  for (const node of found) {
    const shown = around(node.id).map((id) => canvas.querySelector(`[data-node="${id}"]`)).find(Boolean);
    shown?.classList.add("marked");
  }
});
document.getElementById("search").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  const wanted = event.target.value.trim().toLowerCase();
  const node = nodes.find((each) => each.name.toLowerCase() === wanted)
    ?? nodes.find((each) => each.label.toLowerCase() === wanted)
    ?? nodes.find((each) => each.name.toLowerCase().includes(wanted));
  if (!node || !wanted) return;
  const chain = around(node.id);
  const from = chain.findIndex((id) => first.has(id));
  for (const id of from < 0 ? [] : chain.slice(1, from + 1)) opened.add(id);
  picked = { node: node.id };
  render();
  canvas.querySelector(`[data-node="${node.id}"]`)?.scrollIntoView({ block: "center", inline: "center" });
});
addEventListener("keydown", (event) => { if (event.key === "Escape") pick(null); });
addEventListener("resize", draw);

render();
})();
