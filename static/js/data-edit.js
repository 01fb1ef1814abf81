// The editor of a task's data: line numbers, going to a fault, and a warning before unsaved changes are lost.
(function () {
  const form = document.getElementById("edit-data");
  if (!form) return;
  const text = form.querySelector(".code-editor-text"), lines = form.querySelector(".code-editor-lines");
  let changed = form.hasAttribute("data-changed"), leaving = false, drawn = 0;

  // -- line numbers beside the text, scrolled with it
  function number() {
    const count = text.value.split("\n").length;
    if (count === drawn) return;
    drawn = count;
    lines.textContent = Array.from({ length: count }, (_, index) => index + 1).join("\n");
  }
  function follow() { lines.scrollTop = text.scrollTop; }
  lines.hidden = false;
  number();
  text.addEventListener("scroll", follow);
  text.addEventListener("input", () => { changed = true; number(); follow(); });

  // -- "Go there": the line and column of a fault
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-leave]")) leaving = true;
    const place = event.target.closest("[data-line]");
    if (!place) return;
    const line = Number(place.dataset.line), before = text.value.split("\n").slice(0, line - 1);
    const at = before.reduce((sum, each) => sum + each.length + 1, 0) + Number(place.dataset.column) - 1;
    text.focus();
    text.setSelectionRange(at, Math.min(at + 1, text.value.length));
    text.scrollTop = Math.max(0, (line - 8) * parseFloat(getComputedStyle(text).lineHeight));
  });

  // -- unsaved changes
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("beforeunload", (event) => { if (changed && !leaving) event.preventDefault(); });
  window.addEventListener("pageshow", () => { leaving = false; });
})();
