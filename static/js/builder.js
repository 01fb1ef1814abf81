// The Route Builder's panel: what is typed in it is kept in the draft before anything else happens.
(function () {
  const builder = document.querySelector("[data-builder]");
  if (!builder) return;
  const panel = document.getElementById("panel");
  const base = builder.dataset.base;
  const form = () => document.getElementById("configuration-form");
  const isDirty = () => Boolean(form() && form().classList.contains("is-changed"));

  // -- nothing typed is lost: it is kept, finished or not, before the next thing is asked for
  let keeping = false;
  function valuesOf(source) {
    return Object.fromEntries([...new FormData(source)].reduce((all, [name, value]) =>
      all.set(name, all.has(name) ? [].concat(all.get(name), value) : value), new Map()));
  }
  function keep() {
    const source = form();
    source.classList.remove("is-changed");
    keeping = true;
    document.dispatchEvent(new Event("configuration:kept"));
    // That of the line: anything else may settle meanwhile, and a button not settled yet takes no click.
    const settled = new Promise((resolve) => document.addEventListener("htmx:afterSettle", function wait(event) {
      if (event.target.id !== "canvas") return;
      document.removeEventListener("htmx:afterSettle", wait);
      resolve();
    }));
    const sent = htmx.ajax("POST", `${base}keep/`, { values: { ...valuesOf(source), stay: "1", unfinished: "1" }, target: "#canvas", swap: "innerHTML", source: builder });
    const late = new Promise((resolve) => setTimeout(resolve, 3000));
    return sent.then(() => Promise.race([settled, late])).finally(() => { keeping = false; });
  }
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failure, () => form()?.classList.add("is-changed"));
  }
  document.addEventListener("htmx:confirm", (event) => {
    const element = event.detail.elt;
    if (keeping || !isDirty() || form().contains(element) && !element.closest(".panel-head") && element.id !== "create-incoming") return;
    if (element.closest("[data-live]") || element.matches("[data-expression]")) return;
    if (event.detail.question) return;
    event.preventDefault();
    named = element.id === "undo" && element.dataset.position !== "0" ? element.dataset.position : "";
    keep().then(() => (element.isConnected ? event.detail.issueRequest(true) : again(element)?.click()));
  });
  // The line was drawn anew meanwhile: the same button of the new one.
  function again(element) {
    if (element.id) return document.getElementById(element.id);
    const marks = ["hx-get", "hx-post", "hx-vals"].filter((name) => element.hasAttribute(name));
    return document.querySelector(marks.map((name) => `[${name}="${CSS.escape(element.getAttribute(name))}"]`).join(""));
  }
  // What was typed stood on no line yet: to undo that alone would look as if nothing were undone.
  let named = "";
  document.addEventListener("htmx:configRequest", (event) => {
    if (!["undo", "redo"].includes(event.detail.elt.id)) return;
    event.detail.parameters.at = form()?.dataset.panel || "";
    if (event.detail.elt.id !== "undo" || !named) return;
    event.detail.parameters.named = named;
    named = "";
  });
  // Where nothing else can be undone, what is just being typed can be.
  panel.addEventListener("input", (event) => {
    const undo = document.getElementById("undo");
    if (!undo?.disabled || event.target.form !== form()) return;
    undo.disabled = false;
    undo.title = "Undo: what is just being typed";
    undo.setAttribute("aria-label", undo.title);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-keep-first]");
    if (!link || !isDirty()) return;
    event.preventDefault();
    keep().then(() => { location.href = link.href; });
  });
  panel.addEventListener("change", (event) => { if (form() && event.target.form === form()) form().classList.add("is-changed"); });

  // -- a panel was drawn: its form comes to life, its node is marked, its first field has the focus
  let shown = "";
  function drawn() {
    document.dispatchEvent(new Event("configuration:drawn"));
    const at = form()?.dataset.panel || panel.querySelector("[data-chooser]")?.dataset.at || "";
    document.querySelectorAll("[data-at][aria-current]").forEach((node) => node.removeAttribute("aria-current"));
    const node = document.getElementById(`node-${at}`);
    if (node) node.setAttribute("aria-current", "true");
    document.body.classList.toggle("panel-open", Boolean(at));
    if (at && at !== shown) begin(node);
    // Why it was not saved stands below the line on a phone.
    const refused = panel.querySelector("[data-refused]");
    if (refused) { refused.focus({ preventScroll: true }); refused.scrollIntoView({ block: "nearest" }); }
    shown = at;
    wire(panel);
  }
  function begin(node) {
    panel.scrollTop = 0;
    const first = panel.querySelector("[data-filter]") || panel.querySelector(".panel-body :is(input:not([type=hidden]), textarea)")
      || panel.querySelector(".panel-body button, .panel-foot button");
    // A phone would cover half of the panel with its keyboard.
    const wanted = matchMedia("(pointer: coarse)").matches ? panel.querySelector(".btn-close") : first;
    if (wanted) wanted.focus({ preventScroll: true });
    if (node) node.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target === panel || event.target.id === "canvas") drawn();
    else if (event.target.id === "configuration-form-body" || event.target.closest?.("#panel")) wire(panel);
  });
  document.addEventListener("DOMContentLoaded", drawn);

  // -- back to the node that the panel was about
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel.contains(event.target) || event.target.closest(".ts-wrapper")) return;
    const back = document.getElementById(`node-${shown}`);
    panel.querySelector(".btn-close")?.click();
    if (back) back.focus();
  });

  // -- what a setting names is made and edited without leaving it
  const OFFERS = [
    ['select[data-noun="client"]', "connection", "New connection"],
    ['select[name="entity_schema"]', "entity-schema", "New schema"],
    ['input[list][name="storage"], input[list][name$="-storage"]', "storage", "New storage"],
    ['select[data-noun="transformer"]', "transformer", ""],
  ];
  function wire(root) {
    if (!builder.hasAttribute("data-may-change") || form()?.dataset.panel.startsWith("connection:")) return;
    for (const [which, kind, words] of OFFERS) {
      root.querySelectorAll(which).forEach((control) => offer(control, kind, words));
    }
  }
  function offer(control, kind, words) {
    const frame = control.closest(".choice, .field");
    if (frame.querySelector(":scope > [data-offers]")) return;
    const place = document.createElement("div");
    place.className = "make-buttons";
    place.dataset.offers = "";
    frame.append(place);
    const fill = () => {
      place.replaceChildren();
      if (words) place.append(makeButton(kind, words, control.name));
      const chosen = chosenIn(control);
      if (chosen) place.append(editButton(kind, chosen));
      htmx.process(place);
    };
    control.addEventListener("change", fill);
    fill();
  }
  // The saved one that is chosen; a type to be spelled out here is none.
  function chosenIn(control) {
    if (control.dataset.noun) return control.value.startsWith("saved:") ? control.value.slice(6) : "";
    const known = control.list ? [...control.list.options].map((option) => option.value) : [control.value];
    return known.includes(control.value) ? control.value : "";
  }
  function button(words) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn make-button";
    made.append(words);
    return made;
  }
  function makeButton(kind, words, into) {
    const made = button(words);
    made.dataset.make = kind;
    made.insertAdjacentHTML("afterbegin", '<i class="ti ti-plus" aria-hidden="true"></i> ');
    made.addEventListener("click", () => make(kind, into));
    return made;
  }
  function editButton(kind, chosen) {
    const made = button("Edit");
    made.setAttribute("hx-get", `${base}panel/?at=${kind}:${chosen}&back=${form().dataset.panel}`);
    made.setAttribute("hx-target", "#panel");
    made.setAttribute("hx-swap", "innerHTML");
    return made;
  }
  function make(kind, into) {
    const source = form();
    source.classList.remove("is-changed");
    htmx.ajax("POST", `${base}keep/`, { values: { ...valuesOf(source), create: kind, into }, target: "#canvas", swap: "innerHTML", source: builder });
  }

  // -- often chosen times
  panel.addEventListener("click", (event) => {
    const preset = event.target.closest("[data-preset]");
    if (!preset) return;
    const field = form().elements.expression;
    field.value = preset.dataset.preset;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // -- searching among what can be chosen
  panel.addEventListener("input", (event) => {
    if (!event.target.matches("[data-filter]")) return;
    const words = event.target.value.toLowerCase().split(/\s+/);
    const chooser = event.target.closest("[data-chooser]");
    let found = 0;
    chooser.querySelectorAll(".choices-list > li").forEach((item) => {
      item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
      found += item.hidden ? 0 : 1;
    });
    chooser.querySelector("[data-nothing]").hidden = found > 0;
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-filter]")) return;
    event.preventDefault();
    panel.querySelector(".choices-list > li:not([hidden]) button")?.click();
  });

  // -- keys of the whole screen
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "s") { event.preventDefault(); document.getElementById("save")?.click(); return; }
    if (event.target.closest("input, textarea, select, [contenteditable]") && isDirty()) return;
    const button = key === "z" ? document.getElementById(event.shiftKey ? "redo" : "undo") : key === "y" ? document.getElementById("redo") : null;
    if (!button) return;
    event.preventDefault();
    if (!button.disabled) button.click();
  });
})();
