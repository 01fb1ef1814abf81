// Try it in the Route Builder: the answer is shown and announced, and the line counts what went through it.
(function () {
  const canvas = document.getElementById("canvas");
  if (!canvas) return;
  let tried = null;

  // The counts hold for the line that was tried, and come back with it when a change is undone.
  function count() {
    const isTried = tried && canvas.querySelector(".flow")?.dataset.line === tried.line;
    canvas.querySelectorAll("[data-count]").forEach((place) => {
      const told = isTried && tried.counts[place.dataset.count];
      place.hidden = !told;
      place.textContent = told ? told.words : "";
      place.title = told ? told.title : "";
      place.classList.toggle("is-failed", Boolean(told && told.failed));
    });
  }
  function take(found) {
    tried = found && { line: found.dataset.line, counts: JSON.parse(found.dataset.counts) };
    count();
  }
  function show(trial) {
    const told = trial.querySelector(".try-summary, .alert, .empty-title");
    if (!told) return;
    const words = [...told.children, ...(told.children.length ? [] : [told])].map((part) => part.textContent.replace(/\s+/g, " ").trim());
    document.getElementById("said").textContent = words.filter(Boolean).join(", ");
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    trial.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target === canvas) count();
    if (event.target.id !== "trial") return;
    take(document.getElementById("trial-counts"));
    show(event.target);
  });

  // What was kept as a sample cannot be kept twice.
  document.addEventListener("sample-kept", (event) => {
    const form = event.target;
    form.replaceChildren(`Kept as “${form.elements.name.value}”`);
  });
})();
