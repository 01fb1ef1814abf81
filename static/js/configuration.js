// The form of a configuration. All of it works by plain POST; this makes it pleasant: searchable lists, dragging,
// steps that stay open, an identifier made of the name, and a warning before unsaved changes are lost.
// The Route Builder has such a form in its panel, where it comes and goes: it tells by the events
// "configuration:drawn" and "configuration:kept".
(function () {
  let form = document.getElementById("configuration-form");
  if (!form && !document.querySelector("[data-builder]")) return;
  let changed = Boolean(form && form.hasAttribute("data-changed"));
  let leaving = false;

  // -- lists of types: searchable, with their help
  function helpsFor(select) {
    const source = document.getElementById("choice-helps");
    return (source && JSON.parse(source.dataset.helps)[select.dataset.noun]) || {};
  }
  function option(data, escape) {
    const help = data.help ? `<div class="choice-help">${escape(data.help)}</div>` : "";
    return `<div><div>${escape(data.text)}</div>${help}</div>`;
  }
  function choose(select) {
    if (select.tomselect || select.disabled || select.closest("details:not([open])")) return;
    const helps = helpsFor(select);
    for (const choice of select.options) if (helps[choice.value]) choice.dataset.help = helps[choice.value];
    const widget = new TomSelect(select, {
      maxOptions: null,
      refreshThrottle: 0,
      searchField: ["text", "value", "help"],
      placeholder: select.dataset.placeholder || select.querySelector("option[value='']")?.textContent || "",
      allowEmptyOption: "optional" in select.dataset,
      hidePlaceholder: false,
      controlInput: null,
      plugins: ["dropdown_input"],
      render: { option, optgroup_header: (data, escape) => `<div class="choice-group">${escape(data.label)}</div>` },
    });
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`)?.textContent.trim();
    const name = select.getAttribute("aria-label") || label || select.dataset.placeholder || "Choose";
    for (const element of [widget.control, select]) element.setAttribute("aria-label", name);
    if (widget.dropdown_content) widget.dropdown.querySelector("input")?.setAttribute("aria-label", "Search");
  }

  // -- dragging steps and rows: only their order fields change
  function sort(list) {
    if (list.sortableInstance || !list.querySelector(":scope > * > [data-grip]")) return;
    list.sortableInstance = new Sortable(list, {
      handle: "[data-grip]", animation: 150, ghostClass: "step-ghost",
      onEnd() {
        [...list.children].forEach((item, index) => {
          const order = item.querySelector(":scope > [data-order]");
          if (order) order.value = index;
        });
        touch();
      },
    });
  }

  function start(root) {
    root.querySelectorAll("select[data-choose]").forEach(choose);
    root.querySelectorAll("[data-sortable]").forEach(sort);
    root.querySelectorAll("[data-excludes]").forEach(exclude);
    const wanted = root.querySelector("[data-focus]");
    if (wanted) focus(wanted);
  }

  // -- where to look after the form was drawn anew
  function focus(item) {
    const kind = item.dataset.focus;
    item.removeAttribute("data-focus");
    const inside = kind === "up" || kind === "down" ? mover(item, kind) : kind === "first" ? firstControl(item) : item;
    (inside || item).focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest", behavior: "smooth" });
    item.classList.add("just-moved");
  }

  // The button that was pressed; at the end of the list, where it does nothing any more, the other one.
  function mover(item, kind) {
    const buttons = item.querySelector(":scope > .step-buttons, :scope .row-buttons");
    return buttons.querySelector(`[name$="-${kind}"]:not(:disabled)`) || buttons.querySelector("button:not(:disabled)");
  }

  function firstControl(item) {
    const controls = item.querySelectorAll(".fields :is(input, select, textarea), td :is(input, select, textarea)");
    return [...controls].find((control) => control.type !== "hidden" && control.offsetParent && !control.tomselect)
      || item.querySelector("summary");
  }

  // -- two policies that exclude each other
  function exclude(section) {
    const mine = section.querySelector(".policy-switch input");
    const other = form.elements[section.dataset.excludes];
    if (!mine || !other || mine.dataset.excluded) return;
    mine.dataset.excluded = "1";
    const why = section.querySelector(".policy-why");
    const apply = () => {
      mine.disabled = other.checked && !mine.checked;
      if (why) why.hidden = !mine.disabled;
      section.classList.toggle("policy-excluded", mine.disabled);
    };
    other.addEventListener("change", apply);
    apply();
  }

  // -- the identifier follows the name until somebody types one
  function slug(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
      .replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 240);
  }
  let following = false;
  function follow() {
    const field = form && form.elements.identifier;
    following = Boolean(field && !field.disabled && !field.value);
  }
  follow();
  document.addEventListener("input", (event) => {
    if (!form || event.target.form !== form) return;
    touch();
    if (event.target.name === "identifier") following = event.target.value === "";
    if (event.target.name === "name" && following) form.elements.identifier.value = slug(event.target.value);
  });

  // -- unsaved changes
  function touch() { changed = true; form.classList.add("is-changed"); }
  function watch() {
    form.addEventListener("change", touch);
    form.addEventListener("submit", () => { leaving = true; });
  }
  if (form) watch();
  document.addEventListener("configuration:kept", () => { changed = false; });
  document.addEventListener("configuration:drawn", () => {
    const found = document.getElementById("configuration-form");
    if (found === form) return;
    form = found;
    changed = leaving = false;
    if (!form) return;
    watch();
    follow();
    start(form);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-leave]")) leaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed && !leaving) event.preventDefault();
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("keydown", (event) => {
    const save = document.querySelector("button[name=continue][form=configuration-form]");
    if ((event.ctrlKey || event.metaKey) && event.key === "s" && save) {
      event.preventDefault();
      form.requestSubmit(save);
    }
  });

  // -- steps: remember which are open, make their lists when they open
  document.addEventListener("toggle", (event) => {
    const details = event.target;
    if (!details.matches?.("#configuration-form details")) return;
    const open = details.matches(".step-details") && details.closest(".step").querySelector(":scope > [data-open]");
    if (open) open.value = details.open ? "1" : "0";
    if (details.open) details.querySelectorAll("select[data-choose]").forEach(choose);
  }, true);
  // An error in a folded step: unfold it before going there.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#problems a[href^='#']");
    const target = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!target) return;
    event.preventDefault();
    for (let step = target.closest("details"); step; step = step.parentElement.closest("details")) step.open = true;
    target.scrollIntoView({ block: "center" });
    const control = target.matches("input,select,textarea") ? target : target.querySelector("input:not([type=hidden]),select,textarea,button");
    control?.focus({ preventScroll: true });
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "configuration-form-body") touch();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const body = document.getElementById("configuration-form-body");
    if (body && event.detail.elt && (event.detail.elt === body || event.detail.elt.id === body.id)) start(body);
  });
  document.addEventListener("DOMContentLoaded", () => start(document));
  if (document.readyState !== "loading") start(document);
})();
