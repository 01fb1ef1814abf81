// Draws the table of hours as bars, and again when the table is renewed or the theme changes. A click on a piece of a bar
// leads to its tasks. The numbers are read from the table: there is no second truth.
(function () {
  let chart;
  const canvas = document.getElementById("hours-chart");
  if (!canvas || !window.Chart) return;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  // What the theme makes of a class: a canvas knows no variables.
  function colour(classes, property = "backgroundColor") {
    const probe = document.createElement("span");
    probe.className = classes;
    document.getElementById("content").append(probe);
    const found = getComputedStyle(probe)[property];
    probe.remove();
    return found;
  }

  function read() {
    const table = document.querySelector("#hours table");
    const rows = [...table.tBodies[0].rows];
    const moments = rows.map((row) => new Date(row.querySelector("time").dateTime));
    const series = [...table.tHead.rows[0].cells].slice(1).map((head, place) => ({
      label: head.textContent, status: head.dataset.status,
      data: rows.map((row) => Number(row.cells[place + 1].textContent.replace(/[^0-9]/g, ""))),
      links: rows.map((row) => row.cells[place + 1].querySelector("a")?.href),
    }));
    return { moments, series };
  }
  const hour = (date) => `${String(date.getHours()).padStart(2, "0")}:00`;

  function draw() {
    const { moments, series } = read();
    const datasets = series.map((each) => ({ ...each, backgroundColor: colour(`state-dot state-${each.status}`), stack: "tasks", maxBarThickness: 40 }));
    if (chart) {
      chart.data.labels = moments.map(hour);
      datasets.forEach((each, place) => Object.assign(chart.data.datasets[place], each));
      paint(chart.options);
      chart.update("none");
      return;
    }
    const options = {
      responsive: true, maintainAspectRatio: false, animation: still ? false : { duration: 300 },
      interaction: { mode: "index", intersect: false },
      scales: {
        x: { stacked: true, grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 12 }, border: {} },
        y: { stacked: true, beginAtZero: true, grid: {}, border: { display: false }, ticks: { precision: 0, maxTicksLimit: 5 } },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          filter: (item) => item.raw > 0,
          callbacks: {
            title: (items) => items.length ? `${items[0].label} – ${hour(new Date(read().moments[items[0].dataIndex].getTime() + 3600000))}` : "",
            label: (item) => ` ${item.dataset.label}: ${item.raw.toLocaleString("en")}`,
          },
        },
      },
      onClick: (event) => {
        const [hit] = chart.getElementsAtEventForMode(event, "nearest", { intersect: true }, false);
        const link = hit && chart.data.datasets[hit.datasetIndex].links[hit.index];
        if (link) location.href = link;
      },
      onHover: (event) => {
        const hits = chart.getElementsAtEventForMode(event, "nearest", { intersect: true }, false);
        canvas.style.cursor = hits.length ? "pointer" : "";
      },
    };
    paint(options);
    chart = new window.Chart(canvas, { type: "bar", data: { labels: moments.map(hour), datasets }, options });
  }
  function paint(options) {
    const text = colour("hours-tick", "color"), line = colour("hours-tick", "borderTopColor");
    for (const axis of [options.scales.x, options.scales.y]) {
      axis.ticks.color = text;
      axis.grid.color = line;
      axis.border.color = line;
    }
    window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  }
  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:oobAfterSwap", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
})();
