// The entity data as a tree that is drawn as far as it is unfolded, so that a quarter of a megabyte opens at once. It reads
// the text of the page itself: numbers stay as they were written. Without this file the page shows a plain tree.
(function () {
  const pane = document.querySelector("[data-tree-of]");
  if (!pane) return;
  const RANGE = 200, MOST_ROWS = 2000, SHOWN_HITS = 100, OPEN_LEVELS = 3, OPEN_ITEMS = 50, LONG = 1000;
  const source = document.getElementById(pane.dataset.treeOf).textContent;
  const bar = document.querySelector("[data-tree-find]"), input = bar.querySelector("input"), told = bar.querySelector("[data-tree-hits]");
  const steps = [...bar.querySelectorAll("[data-tree-step]")];
  const ROW = Symbol("node of a row");

  // -- reading: a node knows its key, its kind, and where in the text its value stands ------------------------------------
  const nodes = [];
  let at = 0;
  const skip = () => { while (source.charCodeAt(at) <= 32) at += 1; };
  function piece(pattern) {
    pattern.lastIndex = at;
    const found = pattern.exec(source)[0];
    at += found.length;
    return found;
  }
  function read(key, parent) {
    skip();
    const node = { key, parent, start: at, children: null, row: null, open: false, hit: false };
    nodes.push(node);
    const first = source[at];
    if (first === "{" || first === "[") branch(node, first);
    else if (first === '"') { node.kind = "string"; node.text = JSON.parse(piece(/"(?:[^"\\]|\\.)*"/y)); }
    else { node.text = piece(/[^\s,\]}]+/y); node.kind = /^[tfn]/.test(node.text) ? "word" : "number"; }
    node.end = at;
    return node;
  }
  function branch(node, first) {
    node.kind = first === "{" ? "object" : "array";
    const children = [], close = first === "{" ? "}" : "]";
    at += 1;
    for (skip(); source[at] !== close; skip()) {
      let key = children.length;
      if (source[at] === ",") { at += 1; skip(); }
      if (first === "{") { key = JSON.parse(piece(/"(?:[^"\\]|\\.)*"/y)); skip(); at += 1; }
      children.push(read(key, node));
    }
    at += 1;
    node.count = children.length;
    node.children = ranged(children, node);
  }
  // A branch of very many children has them in ranges, "0 … 199", which unfold one by one.
  function ranged(children, parent) {
    if (children.length <= RANGE) return children;
    const ranges = [];
    for (let from = 0; from < children.length; from += RANGE) {
      const part = children.slice(from, from + RANGE), ends = [part[0], part[part.length - 1]];
      const label = `${ends[0].label ? ends[0].from : ends[0].key} … ${ends[1].label ? ends[1].to : ends[1].key}`;
      const range = { kind: "range", label, from: ends[0].label ? ends[0].from : ends[0].key, to: ends[1].label ? ends[1].to : ends[1].key,
        parent, children: part, count: part.length, row: null, open: false };
      for (const child of part) child.parent = range;
      ranges.push(range);
    }
    return ranged(ranges, parent);
  }

  // -- drawing ------------------------------------------------------------------------------------------------------------
  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  let sought = "", hits = [], current = -1, rows = 0, chosen = null;
  function marked(element, text) {
    const low = sought ? text.toLowerCase() : "";
    let from = 0, found = sought ? low.indexOf(sought) : -1;
    // Where lower case has another length, such as of "İ", places would not fit: the row is marked, its words are not.
    if (low.length !== text.length) found = -1;
    for (let number = 0; found >= 0 && number < 50; number += 1) {
      element.append(text.slice(from, found), make("mark", "", text.slice(found, found + sought.length)));
      from = found + sought.length;
      found = low.indexOf(sought, from);
    }
    element.append(text.slice(from));
    return element;
  }
  function label(node) {
    const line = node.row.firstChild;
    line.replaceChildren();
    line.classList.toggle("json-hit", node.hit);
    line.classList.toggle("json-hit-now", hits[current] === node);
    if (node.children) line.append(make("span", "json-twist"));
    if (node.kind === "range") return line.append(make("span", "json-index json-range", node.label));
    if (typeof node.key === "string") line.append(marked(make("span", "json-key"), node.key));
    else if (node.key !== null) line.append(make("span", "json-index", node.key));
    if (!node.children) line.append(marked(make("span", `json-${node.kind}${node.text.length > LONG ? " json-long" : ""}`), node.text));
    else line.append(make("span", "json-size", node.kind === "object" ? `{${node.count}}` : `[${node.count}]`));
  }
  function draw(node, depth) {
    const row = make("li");
    row.setAttribute("role", "treeitem");
    row.setAttribute("aria-level", depth);
    row.tabIndex = -1;
    row.append(make("div", "json-row"));
    row[ROW] = node;
    node.row = row;
    node.depth = depth;
    rows += 1;
    label(node);
    if (node.children) row.setAttribute("aria-expanded", "false");
    return row;
  }
  function unfold(node, open) {
    if (!node.children || node.open === open) return;
    node.open = open;
    node.row.setAttribute("aria-expanded", String(open));
    if (open && !node.list) {
      node.list = make("ul");
      node.list.setAttribute("role", "group");
      node.list.append(...node.children.map((child) => draw(child, node.depth + 1)));
      node.row.append(node.list);
      if (node.children[0] && node.children[0].kind === "range") unfold(node.children[0], true);
    }
    node.list.hidden = !open;
  }
  function reveal(node) {
    if (!node.parent) return;
    reveal(node.parent);
    unfold(node.parent, true);
  }
  function unfoldAll(open) {
    const queue = [root];
    tell("");
    while (queue.length) {
      const node = queue.shift();
      if (open && rows > MOST_ROWS) return tell(`Unfolded the first ${rows.toLocaleString("en")} values`);
      if (node.row) unfold(node, open || node === root);
      if (node.children && (open || node.row)) queue.push(...node.children);
    }
  }

  // -- finding ------------------------------------------------------------------------------------------------------------
  const tell = (text) => { told.textContent = text; };
  const holds = (node) => (typeof node.key === "string" && node.key.toLowerCase().includes(sought)) || (node.text !== undefined && node.text.toLowerCase().includes(sought));
  function find() {
    const old = hits;
    for (const node of old) node.hit = false;
    sought = input.value.toLowerCase();
    hits = sought ? nodes.filter(holds) : [];
    current = -1;
    for (const node of hits) node.hit = true;
    for (const node of new Set([...old, ...hits])) if (node.row) label(node);
    for (const node of hits.slice(0, SHOWN_HITS)) reveal(node);
    for (const button of steps) button.disabled = !hits.length;
    if (hits.length) step(1);
    else tell(sought ? "Not found" : "");
  }
  function step(by) {
    if (!hits.length) return;
    const before = hits[current];
    current = (current + by + hits.length) % hits.length;
    if (before && before.row) label(before);
    const node = hits[current];
    reveal(node);
    label(node);
    choose(node, false);
    show(node);
    tell(`${(current + 1).toLocaleString("en")} of ${hits.length.toLocaleString("en")}`);
  }
  // In the middle of the pane, which scrolls by itself, so that the box above stays in sight.
  function show(node) {
    const line = node.row.firstChild.getBoundingClientRect(), frame = pane.getBoundingClientRect();
    if (line.top < frame.top || line.bottom > frame.bottom) pane.scrollTop += line.top - frame.top - frame.height / 2;
  }
  let wait;
  input.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(find, 120); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && input.value) { input.value = ""; find(); event.preventDefault(); }
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (input.value.toLowerCase() !== sought) { clearTimeout(wait); find(); } else step(event.shiftKey ? -1 : 1);
  });
  for (const button of steps) button.addEventListener("click", () => step(Number(button.dataset.treeStep)));
  for (const button of document.querySelectorAll("[data-tree-fold]")) button.addEventListener("click", () => unfoldAll(button.dataset.treeFold === "open"));

  // -- copying: the path as mappers and patterns take it, the value as it stands in the text -------------------------------
  function path(node) {
    const keys = [];
    for (let one = node; one && one.parent; one = one.parent) if (one.kind !== "range") keys.unshift(String(one.key));
    return keys.map((key) => (/[.*?[\]"\\]|^$/.test(key) ? `"${key.replace(/["\\]/g, "\\$&")}"` : key)).join(".");
  }
  function value(node) {
    if (!node.children) return node.text;
    const indent = source.slice(source.lastIndexOf("\n", node.start) + 1).match(/^ */)[0];
    return source.slice(node.start, node.end).replaceAll(`\n${indent}`, "\n");
  }
  const tools = make("span", "json-tools");
  for (const [name, of, icon] of [["Copy path", path, "route"], ["Copy value", value, "copy"]]) {
    const button = make("button", "btn btn-sm btn-ghost-secondary");
    button.type = "button";
    button.tabIndex = -1;
    button.append(make("i", `ti ti-${icon}`), make("span", "", name));
    button.addEventListener("click", (event) => { event.stopPropagation(); copy(of(tools.node), button, name); });
    tools.append(button);
  }
  function copy(text, button, name) {
    navigator.clipboard.writeText(text).then(() => {
      button.lastChild.textContent = "Copied";
      setTimeout(() => { button.lastChild.textContent = name; }, 1200);
    });
  }
  function offer(row) {
    if (!row || row[ROW].kind === "range" || tools.parentNode === row.firstChild) return;
    tools.node = row[ROW];
    row.firstChild.append(tools);
  }

  // -- hand and keyboard --------------------------------------------------------------------------------------------------
  function choose(node, focus) {
    if (chosen) chosen.row.tabIndex = -1;
    chosen = node;
    node.row.tabIndex = 0;
    if (focus) node.row.focus();
  }
  const within = (event) => event.target.closest("[role=treeitem]");
  pane.addEventListener("pointerover", (event) => offer(within(event)));
  pane.addEventListener("focusin", (event) => offer(within(event)));
  pane.addEventListener("click", (event) => {
    const line = event.target.closest(".json-row"), row = within(event);
    if (!line || !row || String(getSelection())) return;
    choose(row[ROW], true);
    unfold(row[ROW], !row[ROW].open);
  });
  const neighbour = (node, by) => {
    const shown = [...pane.querySelectorAll("[role=treeitem]")].filter((row) => row.offsetParent);
    const row = shown[shown.indexOf(node.row) + by];
    return row && row[ROW];
  };
  const keys = {
    ArrowDown: (node) => neighbour(node, 1),
    ArrowUp: (node) => neighbour(node, -1),
    ArrowRight: (node) => (node.children && !node.open ? unfold(node, true) : node.children && node.children[0]),
    ArrowLeft: (node) => (node.open ? unfold(node, false) : node.parent),
    Home: () => root,
    End: () => [...pane.querySelectorAll("[role=treeitem]")].filter((row) => row.offsetParent).pop()[ROW],
    Enter: (node) => unfold(node, !node.open),
    " ": (node) => unfold(node, !node.open),
    p: (node) => node.kind !== "range" && copy(path(node), tools.firstChild, "Copy path"),
    c: (node) => node.kind !== "range" && copy(value(node), tools.lastChild, "Copy value"),
  };
  pane.addEventListener("keydown", (event) => {
    const row = within(event);
    if (!row || !keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = keys[event.key](row[ROW]);
    if (next) { choose(next, true); next.row.firstChild.scrollIntoView({ block: "nearest" }); }
  });

  const root = read(null, null);
  const list = make("ul", "json json-live");
  list.setAttribute("role", "tree");
  list.setAttribute("aria-label", "Entity data");
  list.append(draw(root, 1));
  function begin(node, level) {
    if (!node.children || (level && (level >= OPEN_LEVELS || node.count > OPEN_ITEMS))) return;
    unfold(node, true);
    for (const child of node.children) begin(child, level + 1);
  }
  begin(root, 0);
  choose(root, false);
  pane.replaceChildren(list);
})();
