// Sets the theme before the page is drawn. Chosen: light or dark. Not chosen: as the system, and as it changes.
(function () {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    const choice = root.dataset.themeChoice;
    root.dataset.bsTheme = choice === "auto" ? (system.matches ? "dark" : "light") : choice;
  }
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-theme-switch]") || !event.submitter) return;
    event.preventDefault();
    root.dataset.themeChoice = event.submitter.value;
    document.cookie = `theme=${event.submitter.value}; path=/; max-age=31536000; samesite=lax`;
    for (const button of event.target.querySelectorAll("button")) {
      button.classList.toggle("active", button === event.submitter);
    }
    apply();
  });
})();
