// Opens the till without network. It keeps the page for that, and our own files; nothing of anybody.
"use strict";
const PAGE = {{ to("till.show")|tojson }}, SHELL = {{ to("offline.shell")|tojson }};
const FILES = {{ files|tojson }};
const KEPT = "kabao-till-" + PAGE + {{ files|join("|")|tojson }};

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    await cache.addAll([SHELL, ...FILES]);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("kabao-till-" + PAGE) && name !== KEPT) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin || event.request.method !== "GET") return;
  if (event.request.mode === "navigate" && url.pathname === PAGE) event.respondWith(open(event.request));
  else if (FILES.includes(url.pathname + url.search)) event.respondWith(keep(event.request));
});

// Four seconds are long at a counter.
async function open(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(4000) });
  } catch {
    return (await (await caches.open(KEPT)).match(SHELL)) || Response.error();
  }
}

async function keep(request) {
  return (await (await caches.open(KEPT)).match(request)) || fetch(request);
}
