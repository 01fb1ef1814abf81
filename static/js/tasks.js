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
    const total = Number(form.dataset.total), exact = form.dataset.exact === "1", numbers = JSON.parse(form.dataset.numbers);
    let last = null;
    // Why a button is off, in words: what it works on.
    function reason(button, count) {
      const sources = button.dataset.sources.split(" ").map((status) => status[0].toUpperCase() + status.slice(1));
      const words = sources.length > 1 ? `${sources.slice(0, -1).join(", ")} and ${sources.at(-1)}` : sources[0];
      return count ? `None of these is ${words.replace(" and ", " or ")}` : `Select tasks first. Works on ${words} tasks.`;
    }

    const draw = () => {
      if (!everything) return;
      const rows = boxes(), chosen = rows.filter((box) => box.checked);
      const whole = everything.value === "1";
      for (const box of rows) box.closest("tr").classList.toggle("chosen", box.checked);
      all.checked = whole || (rows.length > 0 && chosen.length === rows.length);
      all.indeterminate = !all.checked && chosen.length > 0;
      const count = whole ? total : chosen.length;
      const text = number(count) + (whole && !exact ? "+" : "");
      const buttons = [...form.querySelectorAll("[data-verb]")];
      for (const button of buttons) {
        const sources = button.dataset.sources.split(" ");
        button.disabled = !count || !(whole ? sources.some((status) => numbers[status]) : chosen.some((box) => sources.includes(box.closest("tr").dataset.status)));
        button.title = button.disabled ? reason(button, count) : "";
        button.querySelector("[data-verb-label]").textContent = worded(button.dataset.verb, count, text);
      }
      form.classList.toggle("has-choice", count > 0);
      form.querySelector("[data-count]").textContent = !count ? "" : (whole ? `All ${text} that match are selected` : `${text} selected`)
        + (buttons.every((button) => button.disabled) ? ". Their status allows no action." : "");
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

  const tab = document.querySelector(".view-tab.active");
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 16;

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

  for (const select of document.querySelectorAll("select[data-submits]")) select.addEventListener("change", () => select.form.requestSubmit());
})();
