// The steps of the line: dragged by mouse, finger or keyboard, copied and pasted, folded away.
(function () {
  const builder = document.querySelector("[data-builder]");
  if (!builder) return;
  const canvas = document.getElementById("canvas");
  const base = builder.dataset.base;
  let wanted = "";

  function send(path, values) {
    return htmx.ajax("POST", base + path, { values, target: "#canvas", swap: "innerHTML", source: builder });
  }
  function step(at, verb, more) { return send("step/", { at, verb, ...more }); }
  function itemOf(element) { return element.closest("[data-step]"); }
  function listOf(item) { return item.closest("[data-list]").dataset.list; }
  function indexOf(item) { return [...item.parentElement.children].indexOf(item); }
  function say(text) { document.getElementById("said").textContent = text; }
  function tell(text) { say(text); document.dispatchEvent(new CustomEvent("notice", { detail: text })); }

  // -- moving
  function move(item, by) {
    const to = indexOf(item) + by;
    if (to < 0 || to >= item.parentElement.children.length) return say("It cannot move further.");
    const place = `${listOf(item)}/${to}`;
    wanted = place;
    step(item.dataset.step, "move", { to: place }).then(() => say(`Moved to place ${to + 1} of ${document.querySelectorAll(`[data-list="${CSS.escape(listOfPlace(place))}"] > li`).length}.`));
  }
  function listOfPlace(place) { return place.slice(0, place.lastIndexOf("/")); }
  function sort(list) {
    new Sortable(list, {
      group: "steps", handle: "[data-grip]", draggable: "[data-step]", animation: 150, ghostClass: "step-ghost",
      delay: 120, delayOnTouchOnly: true, touchStartThreshold: 4, scroll: true, scrollSensitivity: 80,
      onEnd(event) {
        if (event.from === event.to && event.oldDraggableIndex === event.newDraggableIndex) return;
        step(event.item.dataset.step, "move", { to: `${event.to.dataset.list}/${event.newDraggableIndex}` });
      },
    });
  }

  // -- copying and pasting: the clipboard holds the exports' shape
  // Where the browser lets a page read no clipboard, what this tab copied last is pasted.
  const COPIED = "builder-copied";
  function copy(item) {
    return fetch(`${base}step/copy/?at=${encodeURIComponent(item.dataset.step)}`)
      .then((answer) => answer.text())
      .then((text) => {
        sessionStorage.setItem(COPIED, text);
        return navigator.clipboard?.writeText(text).catch(() => {});
      })
      .then(() => tell("Copied. Paste it on any route."), () => tell("Nothing was copied: the server does not answer."));
  }
  function paste(place, text) { wanted = place; return step(place, "paste", { text }); }
  function behind(item) { return `${listOf(item)}/${indexOf(item) + 1}`; }
  function pasteBehind(item) {
    const read = navigator.clipboard?.readText?.() || Promise.reject();
    read.catch(() => sessionStorage.getItem(COPIED)).then((text) => {
      if (text) return paste(behind(item), text);
      item.querySelector(".node-main").focus();
      tell("Copy a step first, or press Ctrl+V on this one.");
    });
  }
  document.addEventListener("copy", (event) => {
    const item = itemOf(document.activeElement);
    if (!item || !document.getSelection().isCollapsed) return;
    event.preventDefault();
    copy(item);
  });
  document.addEventListener("paste", (event) => {
    const active = document.activeElement;
    const end = active.closest?.("[data-end]");
    const item = itemOf(active);
    if (!item && !end) return;
    event.preventDefault();
    paste(end ? end.dataset.end : behind(item), event.clipboardData.getData("text"));
  });

  canvas.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move], [data-verb], [data-clip], [data-paste], [data-remove], [data-fold]");
    if (!button) return;
    if (button.matches("[data-fold]")) return fold(button.closest("[data-steps]"), button.getAttribute("aria-expanded") === "true");
    const item = itemOf(button), at = item.dataset.step;
    if (button.dataset.move) move(item, button.dataset.move === "up" ? -1 : 1);
    else if (button.dataset.verb) { wanted = at; step(at, button.dataset.verb); }
    else if (button.matches("[data-clip]")) copy(item);
    else if (button.matches("[data-paste]")) pasteBehind(item);
    else send("remove/", { at });
  });
  canvas.addEventListener("keydown", (event) => {
    const item = itemOf(event.target);
    if (!item || !builder.hasAttribute("data-may-change")) return;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by && event.altKey) { event.preventDefault(); move(item, by); }
    if (event.key === "Delete" && event.target.matches(".node-main")) { event.preventDefault(); send("remove/", { at: item.dataset.step }); }
  });
  // Up and down lead from node to node.
  canvas.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || event.altKey || !event.target.matches("[data-at], .line-add, .line-start")) return;
    const nodes = [...canvas.querySelectorAll("[data-at], .line-add, .line-start")].filter((node) => node.offsetParent);
    const next = nodes[nodes.indexOf(event.target) + by];
    if (next) { event.preventDefault(); next.focus(); }
  });

  // -- folding
  const FOLDED = "builder-folded";
  function folded() { return JSON.parse(localStorage.getItem(FOLDED) || "[]"); }
  function fold(section, closed) {
    const others = folded().filter((place) => place !== section.dataset.steps);
    localStorage.setItem(FOLDED, JSON.stringify(closed ? [...others, section.dataset.steps].slice(-50) : others));
    show(section, closed);
  }
  function show(section, closed) {
    section.classList.toggle("is-folded", closed);
    section.querySelector("[data-fold]")?.setAttribute("aria-expanded", String(!closed));
  }

  function start() {
    if (builder.hasAttribute("data-may-change")) canvas.querySelectorAll("[data-list]").forEach(sort);
    canvas.querySelectorAll("[data-steps]").forEach((section) => show(section, folded().includes(section.dataset.steps)));
    const node = wanted && document.getElementById(`node-${wanted}`);
    if (node) { node.focus(); node.closest(".node").classList.add("just-moved"); }
    wanted = "";
  }
  document.addEventListener("htmx:afterSettle", (event) => { if (event.target === canvas) start(); });
  document.addEventListener("DOMContentLoaded", start);
})();
