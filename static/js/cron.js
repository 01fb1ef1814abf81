// Says in words what cron expressions mean: every element with data-cron.
(function () {
  function say(root) {
    for (const element of root.querySelectorAll("[data-cron]")) {
      try {
        element.textContent = window.cronstrue.toString(element.dataset.cron, { use24HourTimeFormat: true });
        element.title = element.dataset.cron;
      } catch { /* the expression itself stays */ }
    }
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => say(document));
  else say(document);
  document.addEventListener("htmx:load", (event) => say(event.target.parentElement || document));
})();
