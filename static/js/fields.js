// The fields of the record that arrives, offered where one writes a path, a pattern or a placeholder: as a list under
// the setting while typing, and in the Route Builder as a box of fields to click.
(function () {
  const builder = document.querySelector("[data-builder]");
  const MOST = 60;

  // -- what arrives, by the place that asks; forgotten when the line may have changed
  const known = new Map();
  const NOTHING = { fields: [], scope: [], variables: [], source: "", why: "", known: false };
  function addressOf(input) {
    const form = input.form;
    if (!form) return null;
    if (builder) return form.dataset.panel ? `${builder.dataset.base}fields/?at=${encodeURIComponent(form.dataset.panel)}` : null;
    if (!form.dataset.fields) return null;
    const [, list, index] = input.name.match(/^([a-z_]+?)-(?:(\d+)-)?/) || [];
    return list ? `${form.dataset.fields}?at=${encodeURIComponent((form.dataset.fieldsPart || "") + list + (index ? `/${index}` : ""))}` : null;
  }
  function fetched(address) {
    if (!address) return Promise.resolve(NOTHING);
    if (!known.has(address)) {
      known.set(address, fetch(address, { headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : NOTHING), () => NOTHING));
    }
    return known.get(address);
  }
  document.addEventListener("htmx:afterSettle", (event) => { if (["canvas", "trial"].includes(event.target.id)) known.clear(); });

  // -- where in the record a setting looks: the whole, or each record of a list that is named beside it or around it
  function valueOf(form, name) { return form.elements[name]?.value || ""; }
  function baseOf(input) {
    const bases = [];
    for (const found of input.name.matchAll(/-p-node(?:Filters|Transformers)-/g)) {
      const accessor = `${input.name.slice(0, found.index)}-p-accessor-p-`;
      const root = valueOf(input.form, `${accessor}root`);
      bases.push(valueOf(input.form, `${accessor}pattern`) || (root ? `${root}.*` : ""));
    }
    if (input.dataset.within) bases.push(valueOf(input.form, input.name.replace(/[^-]+$/, input.dataset.within)));
    return bases.filter(Boolean).join(".");
  }
  function within(fields, base) {
    if (!base) return fields;
    const around = fields.find((field) => field.pattern === base);
    if (!around) return [];
    const each = around.type === "list";
    const prefix = around.pattern + (each ? ".*." : "."), expression = around.expression + (each ? "[*]." : ".");
    return fields.filter((field) => field.pattern.startsWith(prefix)).map((field) => ({
      ...field,
      whole: field.pattern,
      path: field.path.slice(prefix.length),
      pattern: field.pattern.slice(prefix.length),
      expression: field.expression.slice(expression.length),
    }));
  }

  // -- what is being written: the part of the text that a choice replaces
  function wordAt(input, forced) {
    const text = input.value, caret = input.selectionStart;
    if (input.dataset.suggests !== "placeholder") {
      const start = text.lastIndexOf("\n", caret - 1) + 1, end = (text.indexOf("\n", caret) + 1 || text.length + 1) - 1;
      return { start, end, query: text.slice(start, end), sign: "" };
    }
    const open = text.slice(0, caret).match(/([&?$@])\{([^{}]*)$/);
    if (open) {
      const query = open[2].match(/[^\s|(),]*$/)[0], rest = text.slice(caret).match(/^[^{}\s|(),"]*/)[0];
      const end = caret + rest.length;
      return { start: caret - query.length, end, query, sign: open[1], after: text[end] === "}" ? "" : "}" };
    }
    return forced || !text.trim() ? { start: caret, end: caret, query: "", sign: "new" } : null;
  }
  function choicesFor(input, word, found) {
    const kind = input.dataset.suggests;
    if (word.sign === "$") return found.variables.map((name) => ({ text: name, example: "variable" }));
    if (word.sign === "@") return found.scope.map((name) => ({ text: name, example: "about the run" }));
    const form = kind === "placeholder" ? "expression" : kind;
    return within(found.fields, baseOf(input)).map((field) => ({ text: field[form], example: field.example || field.type }));
  }
  function matching(choices, query) {
    const words = query.toLowerCase();
    const ranked = choices.filter(({ text, example }) => `${text} ${example}`.toLowerCase().includes(words));
    const begins = (choice) => !choice.text.toLowerCase().startsWith(words);
    ranked.sort((one, other) => begins(one) - begins(other));
    return ranked.length === 1 && ranked[0].text === query ? [] : ranked.slice(0, MOST);
  }

  // -- the list under a setting
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Fields");
  list.hidden = true;
  document.body.append(list);
  let at = null, word = null, active = -1, last = null;

  function close() {
    if (!at) return;
    at.removeAttribute("aria-activedescendant");
    at.removeAttribute("aria-controls");
    list.hidden = true;
    at = null;
  }
  function place() {
    const box = at.getBoundingClientRect(), below = innerHeight - box.bottom, up = below < 180 && box.top > below;
    list.style.left = `${Math.max(8, Math.min(box.left, innerWidth - 330))}px`;
    list.style.width = `${Math.max(box.width, Math.min(320, innerWidth - 16))}px`;
    list.style.maxHeight = `${Math.min(280, (up ? box.top : below) - 12)}px`;
    list.style.top = up ? "" : `${box.bottom + 4}px`;
    list.style.bottom = up ? `${innerHeight - box.top + 4}px` : "";
  }
  function item(choice, index) {
    const row = document.createElement("li");
    row.id = `suggestion-${index}`;
    row.setAttribute("role", "option");
    row.dataset.text = choice.text;
    const name = document.createElement("code"), example = document.createElement("span");
    name.textContent = choice.text;
    example.textContent = choice.example;
    row.append(name, example);
    return row;
  }
  async function offer(input, forced = false) {
    const found = await fetched(addressOf(input));
    if (document.activeElement !== input) return;
    word = wordAt(input, forced);
    const choices = word ? matching(choicesFor(input, word, found), word.query) : [];
    if (!choices.length) return close();
    at = input;
    list.replaceChildren(...choices.map(item));
    list.hidden = false;
    input.setAttribute("aria-controls", list.id);
    mark(["&", "?", "$", "@"].includes(word.sign) && word.query ? 0 : -1);
    place();
  }
  function mark(index) {
    active = index;
    [...list.children].forEach((row, number) => row.setAttribute("aria-selected", String(number === index)));
    const row = list.children[index];
    if (row) { row.scrollIntoView({ block: "nearest" }); at.setAttribute("aria-activedescendant", row.id); }
    else at.removeAttribute("aria-activedescendant");
  }
  function insert(input, text, here) {
    const written = here.sign === "new" ? `&{${text}}` : text + (here.after || "");
    input.setRangeText(written, here.start, here.end, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function choose(row) {
    const input = at, text = row.dataset.text;
    close();
    insert(input, text, word);
    close();
  }

  const suggests = (element) => element.matches?.("[data-suggests]:not(:disabled)");
  document.addEventListener("focusin", (event) => { if (suggests(event.target)) { last = event.target; ready(last); offer(last); } else if (!list.contains(event.target)) close(); });
  document.addEventListener("input", (event) => { if (suggests(event.target) && event.isTrusted) offer(event.target); });
  document.addEventListener("click", (event) => { if (suggests(event.target)) offer(event.target); });
  document.addEventListener("scroll", (event) => { if (at && !list.contains(event.target)) place(); }, true);
  addEventListener("resize", close);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => { const row = event.target.closest("li"); if (row) choose(row); });
  function ready(input) {
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("autocomplete", "off");
  }
  document.addEventListener("keydown", (event) => {
    if (!suggests(event.target)) return;
    if (event.key === " " && event.ctrlKey) { event.preventDefault(); offer(event.target, true); return; }
    if (!at) {
      if (event.key === "ArrowDown" && !event.altKey && event.target.matches("input")) { event.preventDefault(); offer(event.target); }
      return;
    }
    const count = list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark((active + (event.key === "ArrowDown" ? 1 : count + (active < 0 ? 0 : -1))) % count);
    } else if ((event.key === "Enter" || event.key === "Tab") && active >= 0) {
      event.preventDefault();
      choose(list.children[active]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopImmediatePropagation();
      close();
    }
  }, true);

  // -- the box of fields in a panel: a click writes one into the setting that was used last
  let shown = [];
  function box() { return document.querySelector("[data-fields-box]"); }
  async function fill() {
    const frame = box(), form = document.getElementById("configuration-form");
    if (!frame || !form?.querySelector("[data-suggests]")) return;
    const found = await fetched(`${builder.dataset.base}fields/?at=${encodeURIComponent(form.dataset.panel)}`);
    if (!frame.isConnected) return;
    shown = found.fields;
    frame.hidden = !found.known;
    frame.querySelector("[data-fields-source]").textContent = found.source ? `· from ${found.source}` : "";
    const rows = frame.querySelector("[data-fields-list]");
    rows.replaceChildren(...(found.fields.length ? [search(), table(found.fields)] : [none(found)]));
    htmx.process(rows);
  }
  function none(found) {
    const words = document.createElement("p");
    words.className = "text-secondary mb-0";
    words.textContent = found.why ? `Nothing arrives here: ${found.why}` : "No record is known yet. Fetch one, or paste one, and its fields are offered here and wherever you type a path. ";
    if (found.why) return words;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = "Try it";
    button.setAttribute("hx-get", `${builder.dataset.base}try/`);
    button.setAttribute("hx-target", "#panel");
    button.setAttribute("hx-swap", "innerHTML");
    words.append(button);
    return words;
  }
  function search() {
    const input = document.createElement("input");
    input.type = "search";
    input.className = "form-control form-control-sm";
    input.placeholder = "Find a field or a value";
    input.setAttribute("aria-label", "Find a field or a value");
    input.setAttribute("form", "no-form");
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase();
      for (const row of box().querySelectorAll("li")) row.hidden = !row.textContent.toLowerCase().includes(words);
    });
    return input;
  }
  function table(fields) {
    const rows = document.createElement("ul");
    rows.className = "field-rows";
    for (const field of fields) {
      const row = document.createElement("li"), button = document.createElement("button");
      const name = document.createElement("code"), example = document.createElement("span");
      button.type = "button";
      button.style.setProperty("--depth", field.depth);
      button.title = `Write ${field.pattern}`;
      name.textContent = field.name;
      example.textContent = field.example || field.type;
      button.append(name, example);
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => write(field));
      row.append(button);
      rows.append(row);
    }
    return rows;
  }
  function write(field) {
    const settings = [...document.querySelectorAll("#configuration-form [data-suggests]:not(:disabled)")].filter((input) => input.offsetParent);
    const input = last?.isConnected && last.offsetParent ? last : settings.find((setting) => !setting.value) || settings[0];
    if (!input) return;
    const kind = input.dataset.suggests, base = baseOf(input);
    const chosen = within(shown, base).find((each) => (each.whole || each.pattern) === field.pattern) || field;
    const here = wordAt(input, true);
    input.focus();
    insert(input, chosen[kind === "placeholder" ? "expression" : kind], here);
    close();
    document.getElementById("said").textContent = `Wrote ${chosen.pattern}.`;
  }
  if (builder) document.addEventListener("configuration:drawn", fill);
})();
