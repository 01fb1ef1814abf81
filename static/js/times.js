// Moments come in UTC and are shown in the browser's zone; "5 min ago" is kept up to date.
(function () {
  const two = (number) => String(number).padStart(2, "0");
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  function local(date, seconds) {
    const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    return `${day} ${two(date.getHours())}:${two(date.getMinutes())}` + (seconds ? `:${two(date.getSeconds())}` : "");
  }
  function relative(date) {
    const seconds = (Date.now() - date) / 1000, size = Math.abs(seconds);
    if (size < 5) return "now";
    const [unit, name] = units.find(([unit]) => size >= 2 * unit) || units[3];
    const number = `${Math.floor(size / unit)} ${name}`;
    return seconds > 0 ? `${number} ago` : `in ${number}`;
  }
  function draw(root, which = "time[data-time]") {
    for (const time of root.querySelectorAll(which)) {
      const date = new Date(time.dateTime);
      if (time.dataset.time === "ago" || time.dataset.time === "due") {
        time.textContent = time.dataset.time === "due" && date <= Date.now() ? "due now" : relative(date);
        time.title = local(date, true);
      } else {
        time.textContent = local(date, time.dataset.time === "clock");
        time.title = `${relative(date)} · ${date.toISOString().replace("T", " ").slice(0, 19)} UTC`;
      }
    }
  }
  // Fields of a moment: shown and typed in the browser's zone, sent in UTC. Text that is no moment goes as it is.
  function fields(root) {
    for (const field of root.querySelectorAll("input[data-local]")) {
      const text = field.value, date = new Date(text);
      const moment = text.length > 10 && !isNaN(date);
      if (text && !moment && text.length !== 10) continue;
      field.value = "";
      field.type = "datetime-local";
      field.value = moment ? local(date).replace(" ", "T") : text && `${text}T00:00`;
    }
  }
  document.addEventListener("submit", (event) => {
    for (const field of event.target.querySelectorAll("input[data-local][type=datetime-local]")) {
      if (!field.value) continue;
      const utc = new Date(field.value).toISOString().replace(/:\d\d\.\d+Z$/, "Z");
      field.type = "text";
      field.value = utc;
    }
  });
  document.addEventListener("DOMContentLoaded", () => { draw(document); fields(document); });
  document.addEventListener("htmx:load", (event) => draw(event.target.parentElement || event.target));
  setInterval(() => { if (!document.hidden) draw(document); }, 10000);
  // The last seconds before something is due are counted one by one.
  setInterval(() => { if (!document.hidden) draw(document, "time[data-time=due]"); }, 1000);
})();
