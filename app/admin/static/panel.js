// What every page of the panel does by itself. No inline script anywhere: the page's policy refuses it.
"use strict";

// Every request of htmx carries this browser's own secret, as forms do.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
});

// A button whose consequences are said first.
document.addEventListener("submit", (event) => {
  const sure = event.target.dataset.sure;
  if (sure && !window.confirm(sure)) event.preventDefault();
});

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const field = document.querySelector(copy.dataset.copy);
    field.select();
    try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
  }
  if (event.target.closest("[data-print]")) window.print();
});

// An invitation's token stands behind the # of its link; it goes into the form and out of the address.
for (const form of document.querySelectorAll("[data-token-from-hash]")) {
  if (location.hash.length > 1) {
    form.elements.token.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
  }
}

// Charts: [data-chart] holds {x: [...], series: [{name, data, kind, unit}]}; ECharts comes only where one is.
function draw(root) {
  for (const place of root.querySelectorAll("[data-chart]")) {
    if (place.dataset.drawn || !window.echarts) continue;
    place.dataset.drawn = "1";
    const given = JSON.parse(place.dataset.chart);
    const yuan = (fen) => (fen / 100).toLocaleString("zh-CN", { minimumFractionDigits: 0 });
    const shown = window.echarts.init(place, null, { renderer: "canvas" });
    shown.setOption({
      color: ["#c8102e", "#e8a33d", "#2f6f9f", "#4a8f5c", "#7a5ba6"],
      grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
      legend: { top: 0, right: 0 },
      // Text drawn on the canvas: a tooltip made of HTML would need inline style.
      tooltip: { trigger: "axis", renderMode: "richText" },
      xAxis: { type: "category", data: given.x, boundaryGap: given.series.some((s) => s.kind === "bar") },
      yAxis: { type: "value", axisLabel: given.unit === "fen" ? { formatter: yuan } : {} },
      series: given.series.map((one) => ({
        name: one.name, data: one.data, type: one.kind || "line", stack: one.stack, smooth: false,
        areaStyle: (one.kind || "line") === "line" && given.series.length < 3 ? { opacity: 0.1 } : undefined,
      })),
    });
    new ResizeObserver(() => shown.resize()).observe(place);
  }
}
document.addEventListener("DOMContentLoaded", () => draw(document));
document.addEventListener("htmx:afterSwap", (event) => draw(event.target));
