// Small behaviour that all pages share: toasts that go away, questions before doing, copying.
(function () {
  function later(toast) {
    if (toast.dataset.toast === "error") return;
    setTimeout(() => toast.remove(), 6000);
  }
  function start(root) {
    root.querySelectorAll("[data-toast]").forEach(later);
  }
  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-bs-dismiss=toast]");
    if (close) close.closest(".toast").remove();
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard.writeText(copy.dataset.copy).then(() => {
        copy.classList.add("btn-success");
        const label = copy.querySelector("[data-copy-label]");
        if (label) label.textContent = "Copied";
      });
    }
  });
  // A form that asks before it is sent: <form data-confirm="Delete this?">.
  document.addEventListener("submit", (event) => {
    const source = event.submitter && event.submitter.dataset.confirm ? event.submitter : event.target;
    if (source.dataset.confirm && !window.confirm(source.dataset.confirm)) event.preventDefault();
  }, true);
  // The key / leads to the search box, unless something is being typed.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable], dialog");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    const box = document.querySelector("[data-search]");
    if (!box) return;
    event.preventDefault();
    if (box.offsetParent) box.select();
    else location.href = box.form.action;
  });
  // Signing in again in another tab renews the token: send the present one, not that of the old page.
  function token() {
    const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    return found && found[1];
  }
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector("[name=csrfmiddlewaretoken]");
    if (field && token()) field.value = token();
  });
  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:oobAfterSwap", (event) => start(event.target.parentElement || document));
  document.addEventListener("htmx:afterSwap", (event) => start(event.target));
  document.addEventListener("htmx:configRequest", (event) => {
    if (!token() || event.detail.verb === "get") return;
    event.detail.headers["X-CSRFToken"] = token();
    if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = token();
  });
  // A session that ended answers with the page to sign in: what was typed must not be replaced by it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.xhr.responseURL || !new URL(event.detail.xhr.responseURL).pathname.startsWith("/login/")) return;
    event.detail.shouldSwap = false;
    notice("Your session ended. Sign in again in another tab, then go on here: nothing is lost.");
  });
  document.addEventListener("htmx:sendError", () => notice("The server does not answer. Your input is still here."));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    notice(status === 403 ? "You may not do this, or your session ended: sign in again in another tab, then go on here."
      : `The server answered with an error (${status}). Nothing was changed.`);
  });
  // Other scripts tell what they did, or could not do, by the event "notice".
  document.addEventListener("notice", (event) => notice(event.detail, "ti-info-circle text-info", "info"));
  function notice(text, icon = "ti-alert-circle text-danger", kind = "error") {
    const toast = document.createElement("div");
    toast.className = "toast show";
    toast.dataset.toast = kind;
    toast.innerHTML = `<div class="d-flex"><div class="toast-body d-flex gap-2"><i class="ti ${icon} toast-icon"></i><span></span></div><button type="button" class="btn-close me-2 m-auto" data-bs-dismiss="toast" aria-label="Close"></button></div>`;
    toast.querySelector("span").textContent = text;
    document.getElementById("toasts").append(toast);
    later(toast);
  }
  document.querySelector('#sidebar-menu [aria-current="page"]')?.scrollIntoView({ block: "nearest" });
})();
