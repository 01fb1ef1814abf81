// The page of one task: how its data is shown, and what stays as it was when the page is brought up to date.
(function () {
  const tab = document.querySelector(".tabs-scroll .active");
  if (tab) tab.scrollIntoView({ block: "nearest", inline: "center" });
  const data = document.querySelector("[data-views]");
  if (data) data.addEventListener("click", (event) => {
    const view = event.target.closest("[data-view]"), copy = event.target.closest("[data-copy-text]");
    if (view) {
      for (const pane of data.querySelectorAll("[data-pane]")) pane.hidden = pane.dataset.pane !== view.dataset.view;
      for (const button of data.querySelectorAll("[data-view]")) {
        button.classList.toggle("active", button === view);
        button.setAttribute("aria-pressed", String(button === view));
      }
    }
    if (copy) navigator.clipboard.writeText(document.getElementById(copy.dataset.copyText).textContent).then(() => {
      copy.querySelector("[data-copy-label]").textContent = "Copied";
    });
  });
  // What a person has unfolded stays so.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    for (const open of event.detail.target.querySelectorAll("details[id][open]")) {
      const again = event.detail.fragment.querySelector(`#${open.id}`);
      if (again) again.open = true;
    }
  });
})();
