// In every page of the browser tests: what only a machine is too fast or too slow for waits.
(() => {
  // A click on what has no script yet is lost, and no person is that fast.
  const early = new CSSStyleSheet();
  early.replaceSync(":root:not([data-ready]), .htmx-added, .htmx-settling { pointer-events: none !important; }");
  document.adoptedStyleSheets.push(early);
  addEventListener("DOMContentLoaded", () => { document.documentElement.dataset.ready = ""; });
  // Toasts and the word "Copied" go away by themselves: not before a busy machine has seen them.
  const brief = [1200, 6000], later = window.setTimeout;
  window.setTimeout = (what, wait, ...more) => later(what, brief.includes(wait) ? 20000 : wait, ...more);
})();
