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

// Signing out empties the browser: not before scans without network went up, or are given up.
// Where it cannot be known, something may wait.
async function isWaiting() {
  if (!window.indexedDB) return false;
  return new Promise((done, failed) => {
    const asked = indexedDB.open("kabao-till");
    let isMissing = false;
    // Not every browser lists its databases: one that is only now to be made was not there.
    asked.onupgradeneeded = () => { isMissing = true; asked.transaction.abort(); };
    asked.onerror = (event) => { event.preventDefault(); done(!isMissing); };
    asked.onsuccess = () => {
      const database = asked.result;
      if (!database.objectStoreNames.contains("queue")) return done(false);
      const count = database.transaction("queue").objectStore("queue").count();
      count.onsuccess = () => { database.close(); done(count.result > 0); };
      count.onerror = () => failed(count.error);
    };
  }).catch(() => true);
}
document.addEventListener("submit", async (event) => {
  const said = event.target.dataset.waiting;
  if (!said) return;
  event.preventDefault();
  if (!(await isWaiting()) || window.confirm(said)) event.target.submit();
});

// While a form is on its way its button rests: a second tap would only send the same once more.
// Not before the form was read, since a resting button's own name is left out of it; and not for
// ever, since an answer may be a file. Whether it goes at all is known when every listener was asked.
document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (form.method !== "post" || !button) return;
  setTimeout(() => { button.disabled = !event.defaultPrevented; });
  setTimeout(() => { button.disabled = false; }, 4000);
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

// The entry of the menu that we are at is in sight, however long the menu is.
document.querySelector("#menu .active")?.scrollIntoView({ block: "nearest" });

// What scrolls in itself can be scrolled by keyboard, and says what it is; what does not, stays out of the way.
function reachable(place) {
  const scrolls = place.scrollWidth > place.clientWidth || place.scrollHeight > place.clientHeight;
  place.toggleAttribute("tabindex", scrolls);
  if (!scrolls) return;
  const card = place.closest(".card")?.querySelector(".card-title") || document.querySelector("h1");
  place.tabIndex = 0;
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", card ? card.textContent.trim() : document.title);
}
const scrolling = new ResizeObserver((seen) => seen.forEach((one) => reachable(one.target)));
function watch(root) {
  root.querySelectorAll(".table-responsive, .scroll-choices ul, .recent, .phone-screen").forEach((place) => scrolling.observe(place));
}
document.addEventListener("DOMContentLoaded", () => watch(document));
document.addEventListener("htmx:afterSwap", (event) => watch(event.target));

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
        name: one.name, data: one.data, type: one.kind || "line", stack: one.stack, smooth: false, barMaxWidth: 48,
        areaStyle: (one.kind || "line") === "line" && given.series.length < 3 ? { opacity: 0.1 } : undefined,
      })),
    });
    new ResizeObserver(() => shown.resize()).observe(place);
  }
}
document.addEventListener("DOMContentLoaded", () => draw(document));
document.addEventListener("htmx:afterSwap", (event) => draw(event.target));
