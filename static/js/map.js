// Puts the nodes of the map at their rows, draws the edges, and lights up what a node under the pointer or the keyboard is joined to.
(function () {
  const wide = window.matchMedia("(min-width: 992px)");
  let map, nodes, before;

  function start() {
    map = document.querySelector("[data-map]");
    if (!map) return;
    nodes = new Map([...map.querySelectorAll("[data-node]")].map((node) => [node.dataset.node, node]));
    before = new Map();
    for (const [key, node] of nodes) {
      for (const next of leads(node)) before.set(next, [...(before.get(next) || []), key]);
      node.style.gridRowStart = wide.matches ? Number(node.dataset.row) + 1 : "";
    }
    map.classList.add("map-placed");
    draw();
  }
  const leads = (node) => node.dataset.next.split(" ").filter((key) => nodes.has(key));

  function draw() {
    if (!map) return;
    const svg = map.querySelector(".map-edges"), origin = map.getBoundingClientRect();
    svg.replaceChildren();
    if (!wide.matches) return;
    const boxes = new Map([...nodes].map(([key, node]) => [key, node.getBoundingClientRect()]));
    for (const [key, node] of nodes) {
      for (const next of leads(node)) svg.append(edge(key, next, boxes, origin));
    }
  }
  function edge(from, to, boxes, origin) {
    const a = boxes.get(from), b = boxes.get(to);
    const x1 = a.right - origin.left, y1 = a.top + a.height / 2 - origin.top;
    const x2 = b.left - origin.left, y2 = b.top + b.height / 2 - origin.top, bend = (x2 - x1) / 2;
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`);
    path.dataset.from = from;
    path.dataset.to = to;
    return path;
  }

  // All that leads to a node and all that it leads to, as far as it goes.
  function joined(key) {
    const found = new Set([key]);
    for (const way of [(each) => leads(nodes.get(each)), (each) => before.get(each) || []]) {
      const open = [key];
      while (open.length) for (const next of way(open.pop())) if (!found.has(next)) { found.add(next); open.push(next); }
    }
    return found;
  }
  function light(event) {
    const node = event.target.closest && event.target.closest("[data-node]");
    if (!map || !map.isConnected) return;
    const lit = node && map.contains(node) ? joined(node.dataset.node) : new Set();
    map.classList.toggle("map-lighted", lit.size > 0);
    for (const [key, each] of nodes) each.classList.toggle("map-lit", lit.has(key));
    for (const path of map.querySelectorAll(".map-edges path")) path.classList.toggle("map-lit", lit.has(path.dataset.from) && lit.has(path.dataset.to));
  }
  // The numbers come for all nodes at once: only those that are different are touched. Swaps by htmx tell a dozen
  // events for each node, which takes seconds for some hundreds of them.
  function renew(text) {
    const came = document.createElement("template");
    came.innerHTML = text;
    for (const live of came.content.children) {
      const shown = document.getElementById(live.id);
      if (shown && shown.outerHTML !== live.outerHTML) shown.replaceWith(live.cloneNode(true));
    }
  }
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, xhr } = event.detail;
    if (requestConfig.elt.id !== "graph" || !event.detail.shouldSwap) return;
    event.detail.shouldSwap = false;
    renew(xhr.responseText);
  });
  for (const name of ["mouseover", "focusin"]) document.addEventListener(name, light);
  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "graph") start(); });
  wide.addEventListener("change", start);
  window.addEventListener("resize", draw);
  document.fonts?.ready.then(draw);
})();
