// Remembered entities: choosing those on the page, and their number in the button.
(function () {
  const form = document.querySelector("[data-memories]");
  if (!form || !form.querySelector("[data-forget]")) return;
  const boxes = [...form.querySelectorAll("input[name=ids]")];
  const all = form.querySelector("[data-all]"), button = form.querySelector("[data-forget]");
  let last = null;
  function draw() {
    const count = boxes.filter((box) => box.checked).length;
    all.checked = count === boxes.length;
    all.indeterminate = count > 0 && !all.checked;
    button.disabled = !count;
    button.querySelector("[data-forget-label]").textContent = count ? `Forget ${count} selected` : "Forget selected";
    for (const box of boxes) box.closest("tr").classList.toggle("chosen", box.checked);
  }
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; draw(); });
  form.addEventListener("click", (event) => {
    const place = boxes.indexOf(event.target);
    if (place < 0) return;
    if (event.shiftKey && last !== null) {
      for (const box of boxes.slice(Math.min(place, last), Math.max(place, last) + 1)) box.checked = event.target.checked;
    }
    last = place;
    draw();
  });
  addEventListener("pageshow", draw);
  draw();
})();
