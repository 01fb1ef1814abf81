// Keys of the task list: move from row to row, choose, open, and a list of the keys.
(function () {
  const table = document.querySelector("[data-rows]"), help = document.getElementById("keys");
  const rows = () => (table ? [...table.querySelectorAll("tr[data-row]")] : []);
  const current = () => document.activeElement.closest("tr[data-row]");

  function typing(event) {
    return event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open], .dropdown-menu.show")
      || event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
  }
  function move(step) {
    const all = rows(), at = all.indexOf(current());
    const next = at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
    if (!next) return false;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  }
  const within = (selector) => current() && current().querySelector(selector);
  function click(selector, shiftKey = false) {
    const element = within(selector);
    if (element) element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
    return Boolean(element);
  }
  const box = "input[name=identifiers]";
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    // Arrows scroll the page as ever until a row was reached by j or k, or by a click into its box.
    ArrowDown: () => current() && move(1),
    ArrowUp: () => current() && move(-1),
    x: (event) => click(box, event.shiftKey),
    " ": (event) => document.activeElement === current() && click(box, event.shiftKey),
    Enter: () => document.activeElement === current() && click("a.identifier"),
    ".": () => click(".cell-menu [data-bs-toggle]"),
    a: () => press("[data-select=page]"),
    Escape: () => {
      if (current()) current().focus();
      return press("[data-select=none]");
    },
    f: () => {
      const field = document.querySelector("[data-filters] input[type=search]");
      if (field) field.select();
      return Boolean(field);
    },
    "?": () => { help.showModal(); return true; },
  };
  function press(selector) {
    const button = document.querySelector(selector);
    if (button) button.click();
    return Boolean(button);
  }
  document.addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!keys[key] || typing(event)) return;
    if (keys[key](event)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) help.showModal();
    if (event.target === help) help.close();
  });
})();
