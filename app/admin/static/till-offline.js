// Scans without network: each is signed by a key that cannot leave this browser, and names the one
// before it. Nothing here decides whether a voucher is good; that is the server's, later.
"use strict";
window.kabaoOffline = (() => {
  const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");
  const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
  const FIRST = "0".repeat(64);
  const isPossible = () => Boolean(window.isSecureContext && window.indexedDB && navigator.locks && crypto.subtle);

  let opened;
  function database() {
    opened ??= new Promise((done, failed) => {
      const asked = indexedDB.open("kabao-till", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("devices", { keyPath: "handle" });
        asked.result.createObjectStore("queue", { keyPath: ["device", "counter"] });
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
    return opened;
  }

  // One transaction: all of `work` is written, or none of it.
  async function inside(mode, work) {
    const names = ["devices", "queue"];
    const transaction = (await database()).transaction(names, mode);
    const found = work(...names.map((name) => transaction.objectStore(name)));
    return new Promise((done, failed) => {
      transaction.oncomplete = () => done(found && "result" in found ? found.result : undefined);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  }
  const devices = () => inside("readonly", (kept) => kept.getAll());
  const queue = () => inside("readonly", (_kept, queued) => queued.getAll());

  // The device of this shop that was enrolled or used last, for whoever opens the page offline.
  async function current(shop, staff, store) {
    const mine = (await devices()).filter((one) => one.shop === shop && !one.isBroken
      && (!staff || one.staff === staff) && (!store || one.store === store));
    return mine.sort((a, b) => b.usedAt - a.usedAt)[0];
  }

  async function enrol(ask, about) {
    // Asked politely, the browser does not clear what waits when it runs short of room.
    navigator.storage?.persist?.();
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const told = await ask(base64(await crypto.subtle.exportKey("spki", pair.publicKey)));
    const device = { ...about, handle: told.device, endsAt: told.ends_ms, key: pair.privateKey,
      counter: 0, print: FIRST, usedAt: Date.now(), isBroken: false };
    await inside("readwrite", (kept) => kept.put(device));
    return device;
  }

  // What is known of the server's clock and the shop's bounds, as of the last time online.
  async function refresh(handle, about) {
    const device = (await devices()).find((one) => one.handle === handle);
    if (device) await inside("readwrite", (kept) => kept.put({ ...device, ...about, usedAt: Date.now() }));
  }

  // Two tabs at once must not take the same place in the chain: one after the other.
  function add(handle, scan) {
    return navigator.locks.request("kabao-till", async () => {
      const device = (await devices()).find((one) => one.handle === handle);
      const waiting = (await queue()).filter((one) => one.device === handle);
      const now = Date.now() + device.skew;
      if (now >= device.endsAt) return { refused: "over" };
      if (waiting.length >= device.mostScans) return { refused: "full" };
      const about = scan.code.replace(/^KB1/, "").slice(0, 11);
      if (waiting.some((one) => one.code.replace(/^KB1/, "").slice(0, 11) === about)) return { refused: "twice" };
      const link = { device: handle, counter: device.counter + 1, previous: device.print, attempt: scan.attempt,
        code: scan.code, spend_fen: scan.spend, scanned_ms: now };
      const words = new TextEncoder().encode(["kabao-offline-1", link.device, link.counter, link.previous,
        link.attempt, link.code, link.spend_fen ?? "", link.scanned_ms].join("\n"));
      link.signature = base64(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, device.key, words));
      const print = hex(await crypto.subtle.digest("SHA-256", words));
      await inside("readwrite", (kept, queued) => {
        queued.add(link);
        kept.put({ ...device, counter: link.counter, print });
      });
      return { nth: waiting.length + 1 };
    });
  }

  // Gives what came of it, or null when there was nothing to send. `send` throws without network.
  function upload(shop, staff, send) {
    return navigator.locks.request("kabao-till-upload", async () => {
      const came = { outcomes: [], isBroken: false };
      for (const device of (await devices()).filter((one) => one.shop === shop && one.staff === staff && !one.isBroken)) {
        for (;;) {
          const links = (await queue()).filter((one) => one.device === device.handle).sort((a, b) => a.counter - b.counter).slice(0, 50);
          if (!links.length) break;
          const told = await send(links);
          const done = new Map(told.outcomes.map((one) => [one.counter, one]));
          came.outcomes.push(...links.filter((one) => done.has(one.counter)).map((one) => ({ ...done.get(one.counter), code: one.code })));
          await inside("readwrite", (kept, queued) => {
            for (const counter of done.keys()) queued.delete([device.handle, counter]);
            if (told.is_broken) kept.put({ ...device, isBroken: true });
          });
          if (told.is_broken) { came.isBroken = true; break; }
          if (told.is_full || !done.size) break;
        }
      }
      return came.outcomes.length || came.isBroken ? came : null;
    });
  }

  // What waits, whose it is, and what can no longer be sent.
  async function standing(shop) {
    const kept = new Map((await devices()).filter((one) => one.shop === shop).map((one) => [one.handle, one]));
    return (await queue()).filter((one) => kept.has(one.device)).map((one) => ({ ...one, of: kept.get(one.device) }));
  }

  async function clearBroken(shop) {
    const gone = (await standing(shop)).filter((one) => one.of.isBroken);
    await inside("readwrite", (kept, queued) => {
      for (const one of gone) { queued.delete([one.device, one.counter]); kept.delete(one.device); }
    });
  }

  return { isPossible, current, enrol, refresh, add, upload, standing, clearBroken };
})();
