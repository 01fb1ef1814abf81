// The task list: choosing rows (with shift for a range, or all that match), numbers in the buttons, the filter bar, the dialog.
(function () {
  const form = document.querySelector("[data-choice]");
  const dialog = document.getElementById("dialog");
  const number = (value) => value.toLocaleString("en");
  // "Retry 37 tasks", "Mark 1 task finished"
  function worded(verb, count, text) {
    const [first, ...rest] = verb.split(" ");
    return count ? [first, text, count === 1 ? "task" : "tasks", ...rest].join(" ") : verb;
  }

  if (form) {
    const boxes = () => [...form.querySelectorAll("input[name=identifiers]")];
    const everything = form.querySelector("[data-everything]");
    const all = form.querySelector("[data-all]");
    const total = Number(form.dataset.total), exact = form.dataset.exact === "1";
    let last = null;

    const draw = () => {
      if (!everything) return;
      const rows = boxes(), chosen = rows.filter((box) => box.checked);
      const whole = everything.value === "1";
      for (const box of rows) box.closest("tr").classList.toggle("chosen", box.checked);
      all.checked = whole || (rows.length > 0 && chosen.length === rows.length);
      all.indeterminate = !all.checked && chosen.length > 0;
      const count = whole ? total : chosen.length;
      const text = number(count) + (whole && !exact ? "+" : "");
      form.querySelector("[data-count]").textContent = count ? (whole ? `All ${text} that match are selected` : `${text} selected`) : "";
      for (const button of form.querySelectorAll("[data-verb]")) {
        const sources = button.dataset.sources.split(" ");
        button.disabled = !count || (!whole && !chosen.some((box) => sources.includes(box.closest("tr").dataset.status)));
        button.querySelector("[data-verb-label]").textContent = worded(button.dataset.verb, count, text);
      }
    };
    const choose = (what) => {
      everything.value = what === "everything" ? "1" : "";
      for (const box of boxes()) box.checked = what !== "none";
      draw();
    };
    form.addEventListener("change", (event) => {
      if (event.target === all) return choose(all.checked ? "page" : "none");
      if (event.target.name !== "identifiers") return;
      everything.value = "";
      draw();
    });
    form.addEventListener("click", (event) => {
      const item = event.target.closest("[data-select]");
      if (item) return choose(item.dataset.select);
      const box = event.target.closest("input[name=identifiers]");
      if (!box) return;
      const rows = boxes();
      if (event.shiftKey && last && rows.includes(last)) {
        const [from, to] = [rows.indexOf(last), rows.indexOf(box)].sort((a, b) => a - b);
        for (const between of rows.slice(from, to + 1)) between.checked = box.checked;
        everything.value = "";
        draw();
      }
      last = box;
    });
    document.addEventListener("htmx:oobAfterSwap", (event) => {
      const cell = event.detail.elt.closest ? event.detail.elt.closest("[data-now]") : null;
      if (!cell) return;
      cell.closest("tr").dataset.status = cell.dataset.now;
      draw();
    });
    addEventListener("pageshow", draw);
    draw();
  }

  if (dialog) {
    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.target.id === "dialog-content") dialog.showModal();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close-dialog]")) {
        event.preventDefault();
        dialog.close();
      }
    });
    // Once is enough: a double click must not send twice.
    dialog.addEventListener("submit", (event) => {
      for (const button of event.target.querySelectorAll("button")) setTimeout(() => { button.disabled = true; });
    });
  }

  const filters = document.querySelector("[data-filters]");
  if (filters) {
    for (const mode of filters.querySelectorAll("[data-mode]")) {
      mode.addEventListener("change", () => {
        const field = filters.querySelector(`[data-text=${mode.dataset.mode}]`);
        field.name = mode.dataset.mode + mode.value;
        if (field.value) filters.requestSubmit();
      });
    }
    for (const find of filters.querySelectorAll("[data-find]")) {
      find.addEventListener("input", () => {
        for (const option of find.closest(".dropdown-menu").querySelectorAll("[data-option]")) {
          option.hidden = !option.textContent.toLowerCase().includes(find.value.toLowerCase());
        }
      });
      find.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    }
    // Empty fields stay out of the address.
    filters.addEventListener("submit", () => {
      for (const field of filters.querySelectorAll("input:not([type=checkbox])")) if (!field.value) field.disabled = true;
      setTimeout(() => { for (const field of filters.querySelectorAll("input:disabled")) field.disabled = false; });
    });
    filters.addEventListener("search", (event) => { if (!event.target.value && event.target.defaultValue) filters.requestSubmit(); }, true);
  }

  // Entity data: tree or text, folding, copying.
  const data = document.querySelector("[data-views]");
  if (data) {
    data.addEventListener("click", (event) => {
      const view = event.target.closest("[data-view]"), fold = event.target.closest("[data-fold]"), copy = event.target.closest("[data-copy-text]");
      if (view) {
        for (const pane of data.querySelectorAll("[data-pane]")) pane.hidden = pane.dataset.pane !== view.dataset.view;
        for (const button of data.querySelectorAll("[data-view]")) {
          button.classList.toggle("active", button === view);
          button.setAttribute("aria-pressed", String(button === view));
        }
      }
      if (fold) for (const branch of data.querySelectorAll(".json details")) branch.open = fold.dataset.fold === "open";
      if (copy) navigator.clipboard.writeText(document.getElementById(copy.dataset.copyText).textContent).then(() => {
        copy.querySelector("[data-copy-label]").textContent = "Copied";
      });
    });
  }
  for (const select of document.querySelectorAll("select[data-submits]")) select.addEventListener("change", () => select.form.requestSubmit());
})();
