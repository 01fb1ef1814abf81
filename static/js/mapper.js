// The mapper: a field that arrives is put into a row by click and click, by dragging, or by typing; what is used and
// what does not agree is marked, and the first record is mapped again whenever something changed.
(function () {
  const panel = document.getElementById("panel");
  if (!panel) return;
  const mapper = () => panel.querySelector("[data-mapper]");
  const rows = () => [...panel.querySelectorAll("[data-pair]")];
  const sources = () => [...panel.querySelectorAll("[data-source]")];
  const part = (row, name) => row.querySelector(`[name$="-${name}"]`);
  // Both `lines[].sku` and `lines.*.sku` name a field of each item.
  const pattern = (row, name) => part(row, name).value.replace(/\[\]/g, ".*");
  const said = document.getElementById("said");

  // -- a change in the rows: the form is unsaved, the marks are drawn anew, the preview asks again
  function changed() {
    panel.querySelector("[name=mapper]").dispatchEvent(new Event("change", { bubbles: true }));
  }
  function refresh() {
    if (!mapper()) return;
    const used = new Set(), types = new Map(sources().map((source) => [source.dataset.source, source.dataset.type]));
    for (const row of rows()) {
      const isField = part(row, "kind").value === "field", text = pattern(row, "text").trim();
      if (isField && text) used.add(text);
      part(row, "missing").closest("label").hidden = !(isField && text);
      suggest(row, isField);
      hint(row, isField ? types.get(text) : undefined);
      row.classList.toggle("is-lacking", row.hasAttribute("data-required") && isField && !text);
    }
    for (const source of sources()) {
      const isUsed = used.has(source.dataset.source), example = source.querySelector(".mapper-used");
      source.closest("li").classList.toggle("is-used", isUsed);
      example.innerHTML = isUsed ? '<span class="visually-hidden">used</span>' : "";
      source.style.setProperty("--depth", source.dataset.depth - 1);
    }
    count();
  }
  function count() {
    const place = panel.querySelector("[data-mapped]"), all = rows(), lacking = all.filter((row) => row.classList.contains("is-lacking")).length;
    const mapped = all.filter((row) => part(row, "target").value.trim() && (part(row, "kind").value === "value" || part(row, "text").value.trim())).length;
    place.hidden = !all.length;
    place.textContent = `${mapped} of ${all.length} mapped${lacking ? ` · ${lacking} required without a source` : ""}`;
  }

  // -- what is offered while typing: fields of the record, or, for a value within a list, of its items
  function suggest(row, isField) {
    const text = part(row, "text"), list = listOf(row);
    text.setAttribute("aria-label", `${isField ? "Field" : "Value"} for ${part(row, "target").value || "it"}`);
    text.dataset.suggests = isField ? "pattern" : "placeholder";
    part(row, "root").value = isField ? "" : list;
    if (!isField && list) text.dataset.within = "root"; else delete text.dataset.within;
  }
  function listOf(row) {
    const [, list] = pattern(row, "target").match(/^(.*)\.\*\./) || [];
    const beside = list && rows().find((other) => other !== row && part(other, "kind").value === "field"
      && part(other, "text").value && pattern(other, "target").startsWith(`${list}.*.`));
    return beside ? (pattern(beside, "text").match(/^(.*)\.\*/) || [])[1] || "" : "";
  }
  function hint(row, type) {
    const place = row.querySelector("[data-hint]"), wanted = row.dataset.type;
    const differs = Boolean(type && wanted && type !== "null" && type !== wanted);
    place.hidden = !differs;
    place.replaceChildren();
    if (!differs) return;
    place.innerHTML = '<i class="ti ti-alert-triangle" aria-hidden="true"></i> ';
    place.append(`This is a ${type}, a ${wanted} is wanted.`);
  }

  // -- a field goes into a row
  let armed = null;
  function arm(source) {
    armed = source;
    for (const each of sources()) each.setAttribute("aria-pressed", String(each === source));
    mapper()?.classList.toggle("is-armed", Boolean(source));
    if (source) said.textContent = `${source.dataset.source} is taken: choose the row it goes to.`;
  }
  function put(pattern, row) {
    part(row, "kind").value = "field";
    const text = part(row, "text"), target = part(row, "target");
    text.value = pattern;
    if (!target.value) target.value = pattern;
    arm(null);
    changed();
    text.focus();
    said.textContent = `${pattern} goes to ${target.value}.`;
  }
  panel.addEventListener("click", (event) => {
    const source = event.target.closest("[data-source]"), row = event.target.closest("[data-pair]");
    if (source) arm(source === armed ? null : source);
    else if (event.target.closest("[data-remove-pair]")) remove(row);
    else if (event.target.closest("[data-add-pair]")) add();
    else if (event.target.closest("[data-fetch-first]")) document.getElementById("try")?.click();
    else if (row && armed?.isConnected) put(armed.dataset.source, row);
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && armed) {
      event.stopImmediatePropagation();
      arm(null);
    } else if (event.key === "Enter" && armed && event.target.closest("[data-pair]")) {
      event.preventDefault();
      put(armed.dataset.source, event.target.closest("[data-pair]"));
    }
  }, true);

  // -- by mouse: dragged onto its row
  const KIND = "application/x-field";
  function over(row) { for (const each of rows()) each.classList.toggle("is-over", each === row); }
  panel.addEventListener("dragstart", (event) => {
    const source = event.target.closest?.("[data-source]");
    if (!source) return;
    event.dataTransfer.setData(KIND, source.dataset.source);
    event.dataTransfer.effectAllowed = "copy";
  });
  panel.addEventListener("dragover", (event) => {
    const row = event.target.closest?.("[data-pair]");
    if (!event.dataTransfer.types.includes(KIND)) return;
    over(row);
    if (row) event.preventDefault();
  });
  panel.addEventListener("dragend", () => over(null));
  panel.addEventListener("drop", (event) => {
    const row = event.target.closest?.("[data-pair]"), pattern = event.dataTransfer.getData(KIND);
    if (!row || !pattern) return;
    event.preventDefault();
    over(null);
    put(pattern, row);
  });

  // -- rows come and go
  function add() {
    const frame = document.getElementById("mapper-rows"), list = frame.querySelector("[data-pairs]");
    list.insertAdjacentHTML("beforeend", frame.querySelector("[data-new-pair]").innerHTML.replaceAll("NUMBER", frame.dataset.next).trim());
    frame.dataset.next = Number(frame.dataset.next) + 1;
    refresh();
    part(list.lastElementChild, "target").focus();
  }
  function remove(row) {
    const beside = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    changed();
    (beside ? part(beside, "target") : panel.querySelector("[data-add-pair]")).focus();
  }

  // -- finding a field that arrives
  panel.addEventListener("input", (event) => {
    if (event.target.matches("[data-find-source]")) {
      const words = event.target.value.toLowerCase();
      for (const source of sources()) source.closest("li").hidden = !`${source.dataset.source} ${source.textContent}`.toLowerCase().includes(words);
    } else if (event.target.closest("[data-pair]")) refresh();
  });
  panel.addEventListener("change", (event) => {
    if (!mapper()?.contains(event.target) || event.target.matches("[data-find-source], #mapper-example")) return;
    refresh();
    htmx.trigger(document.body, "mapped");
  });
  document.addEventListener("configuration:drawn", refresh);
  document.addEventListener("htmx:afterSettle", (event) => {
    const { id, dataset } = event.target;
    if (!mapper()) return;
    if (id === "mapper-rows") {
      changed();
      said.textContent = dataset.said;
    } else if (["mapper-sources", "configuration-form-body"].includes(id)) refresh();
  });
})();
