// Parts that refresh themselves ([data-live]) rest while nobody looks, while a menu or dialog is open in the page, while the
// keyboard or an unfolded detail is inside them, and while they are paused.
(function () {
  let paused = sessionStorage.getItem("paused") === "yes";
  function busy(element) {
    const focused = document.activeElement;
    return document.hidden || paused || document.querySelector("dialog[open], .dropdown-menu.show")
      || element.querySelector("details[open]") || (element.contains(focused) && focused.matches(":focus-visible"));
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    const element = event.target;
    if (element.matches("[data-live]") && event.detail.requestConfig.triggeringEvent === undefined && busy(element)) event.preventDefault();
  });
  // A click on what is drawn anew between press and release is lost: the next look tells.
  let pressed = false;
  addEventListener("pointerdown", () => { pressed = true; }, true);
  const release = () => setTimeout(() => { pressed = false; });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, release, true);
  // Let go outside the window, a button tells nobody. This hears the window only: the blur of a field does not bubble.
  addEventListener("blur", release);
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (pressed && event.detail.requestConfig.elt.matches("[data-live]")) event.detail.shouldSwap = false;
  });
  function show(button) {
    button.setAttribute("aria-pressed", String(paused));
    button.querySelector("[data-pause-label]").textContent = paused ? "Paused" : "Live";
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pause]");
    if (!button) return;
    paused = !paused;
    sessionStorage.setItem("paused", paused ? "yes" : "no");
    show(button);
  });
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-pause]").forEach(show));
  // A poll that fails once is no news: the next one tells.
  for (const name of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(name, (event) => {
      if (event.target.matches && event.target.matches("[data-live]")) event.stopImmediatePropagation();
    }, true);
  }
})();
