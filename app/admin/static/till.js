// The till's page: one scan, one answer, seen and heard. Without network it hands over to the queue.
"use strict";
(() => {
  const till = document.getElementById("till"), at = (id) => document.getElementById(id);
  if (!till) return;
  const said = at("words").dataset, facts = till.dataset, offline = window.kabaoOffline;
  const isShell = facts.mode === "shell", verdict = at("verdict"), code = at("code"), video = at("video");
  const secret = document.querySelector('meta[name="csrf-token"]')?.content;
  const skew = facts.now ? Number(facts.now) - Date.now() : 0;
  // Times as the shop has them, as everywhere else in the panel.
  const zone = { timeZone: facts.zone, hour12: false };
  let device = null, stream = null, isReading = false, isBusy = false, sounds = null, isLoud = true;
  try { isLoud = localStorage.getItem("kabao-till-sound") !== "off"; } catch { /* not kept, then */ }

  // --- what is seen and heard ---
  const TUNES = { good: [[880, 0, 0.12], [1320, 0.13, 0.2]], bad: [[220, 0, 0.25], [165, 0.28, 0.4]], pick: [[660, 0, 0.12]], queued: [[520, 0, 0.15], [520, 0.2, 0.15]] };
  function sound(kind) {
    document.body.dataset.sounded = isLoud ? kind : "";
    if (!isLoud || !TUNES[kind]) return;
    sounds ??= new AudioContext();
    sounds.resume();
    for (const [pitch, after, long] of TUNES[kind]) {
      const tone = sounds.createOscillator(), volume = sounds.createGain(), start = sounds.currentTime + after;
      tone.type = kind === "bad" ? "square" : "sine";
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.25, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + long);
      tone.connect(volume).connect(sounds.destination);
      tone.start(start);
      tone.stop(start + long);
    }
    if (navigator.vibrate) navigator.vibrate(kind === "bad" ? [200, 100, 200] : 80);
  }

  function tell(kind, title, lines = []) {
    const shown = document.createElement("div");
    shown.className = `verdict verdict-${kind}`;
    shown.dataset.kind = kind;
    for (const [words, style] of [[title, "verdict-title"], ...lines.map((line) => [line, "fs-2"])]) {
      const line = document.createElement("div");
      line.className = style;
      line.textContent = words;
      shown.append(line);
    }
    verdict.replaceChildren(shown);
    after(kind);
  }

  function after(kind) {
    at("idle").hidden = true;
    if (kind === "busy") return;
    isReading = false;
    at("camera").hidden = true;
    at("next").hidden = kind === "pick" || (!stream && !matchMedia("(pointer: coarse)").matches);
    sound(kind);
    code.value = "";
    at("spend").value = "";
    if (kind === "pick") verdict.querySelector("button")?.focus(); else focusBack();
    if (kind === "good") document.body.dispatchEvent(new Event("till-done"));
    if (matchMedia("(max-width: 991px)").matches) at("stage").scrollIntoView({ block: "start", behavior: "smooth" });
  }

  // A barcode gun types into whatever has the focus; on a touch screen the keyboard would pop up.
  function focusBack() { if (matchMedia("(pointer: fine)").matches && !stream) code.focus(); }
  document.addEventListener("keydown", (event) => {
    const isFree = document.activeElement === document.body || document.activeElement === null;
    if (isFree && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) code.focus();
  });

  // --- one attempt ---
  const bare = (text) => text.replace(/[\s-]/g, "").toUpperCase();
  const isVoucher = (text) => /^([0-9]{18}|KB1[0-9]{11}[0-9A-F]{24})$/.test(text);
  const fen = (text) => { const sum = Number(text.replace(/[,¥\s]/g, "")); return text.trim() && sum >= 0 && sum <= 1e7 ? Math.round(sum * 100) : null; };
  const newAttempt = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

  document.addEventListener("submit", (event) => {
    if (!("tillForm" in event.target.dataset)) return;
    event.preventDefault();
    const fields = new FormData(event.target, event.submitter);
    attempt(fields);
  });

  async function attempt(fields) {
    const text = bare(String(fields.get("code")));
    if (!text && stream && !isReading) { look(); return; }
    if (!text || isBusy) return;
    isBusy = true;
    fields.set("code", text);
    fields.set("attempt", newAttempt());
    tell("busy", said.busy);
    try {
      if (isShell) await takeOffline(fields); else await ask(fields);
    } finally { isBusy = false; }
  }

  async function ask(fields) {
    let answer;
    try {
      answer = await fetch(facts.scan, { method: "POST", body: fields, headers: { "X-CSRFToken": secret, "HX-Request": "true" }, signal: AbortSignal.timeout(8000) });
      if ([502, 503, 504].includes(answer.status)) throw new Error("away");
    } catch { await takeOffline(fields); return; }
    if (answer.status === 401) { location.href = answer.headers.get("HX-Redirect") || location.href; return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html"), shown = page.querySelector("[data-kind]");
    if (!shown) { tell("bad", page.querySelector(".alert")?.textContent.trim() || said.noNetworkHow); return; }
    verdict.replaceChildren(document.importNode(shown, true));
    after(shown.dataset.kind);
    sendUp();
  }

  async function takeOffline(fields) {
    const text = String(fields.get("code"));
    if (!device) { tell("bad", said.noNetwork, [said.noNetworkHow]); return; }
    if (!isVoucher(text) || fields.get("voucher")) { tell("bad", said.form, [said.formHow]); return; }
    const put = await offline.add(device.handle, { code: text, spend: fen(String(fields.get("spend") || "")), attempt: fields.get("attempt") });
    if (put.refused) tell("bad", said[put.refused]);
    else tell("queued", said.queued, [said.nth.replace("{n}", put.nth), said.queuedHow]);
    await showQueue();
  }

  // --- the queue ---
  async function prepare() {
    const card = at("offline");
    if (facts.offline !== "on" && !(offline.isPossible() && (await offline.standing(facts.shop)).length)) return;
    card.hidden = false;
    if (!offline.isPossible()) { at("offline-state").textContent = said.cannot; return; }
    device = (await offline.current(facts.shop, facts.staff, facts.store)) || null;
    if (device && device.endsAt <= Date.now() + (isShell ? device.skew : skew)) device = null;
    if (isShell) {
      at("not-enrolled").hidden = Boolean(device);
      at("shell-till").hidden = !device;
    } else if (device && facts.offline === "on") {
      await offline.refresh(device.handle, { skew, mostScans: Number(facts.mostScans), mostMinutes: Number(facts.mostMinutes) });
      keepPage();
    } else if (facts.offline !== "on") device = null;
    if (at("enrol")) at("enrol").hidden = Boolean(device);
    await showQueue();
    if (!isShell) sendUp();
  }

  async function enrol() {
    at("enrol").disabled = true;
    try {
      device = await offline.enrol((key) => send(facts.enrol, { key }),
        { shop: facts.shop, staff: facts.staff, staffName: facts.staffName, store: facts.store, storeName: facts.storeName, mostScans: Number(facts.mostScans), mostMinutes: Number(facts.mostMinutes), skew });
      at("enrol").hidden = true;
      keepPage();
      await showQueue();
    } catch { at("offline-state").textContent = said.failed; }
    at("enrol").disabled = false;
  }

  function keepPage() { navigator.serviceWorker?.register(facts.worker).catch(() => {}); }

  async function send(where, body) {
    const answer = await fetch(where, { method: "POST", body: JSON.stringify(body), headers: { "X-CSRFToken": secret, "HX-Request": "true", "Content-Type": "application/json" }, signal: AbortSignal.timeout(30000) });
    if (!answer.headers.get("Content-Type")?.startsWith("application/json")) throw new Error(String(answer.status));
    return answer.json();
  }

  async function sendUp() {
    if (isShell || !offline.isPossible()) return;
    try {
      const came = await offline.upload(facts.shop, facts.staff, (links) => send(facts.upload, { links }));
      if (!came) return;
      const bad = came.outcomes.filter((one) => one.words);
      if (bad.length) sound("bad");
      // What the big field said of the last of these is no longer so.
      const isStale = !stream && verdict.querySelector('[data-kind="queued"]');
      if (isStale && !(await offline.standing(facts.shop)).length) look();
      notice(said.uploaded.replace("{good}", came.outcomes.length - bad.length).replace("{bad}", bad.length), bad);
      document.body.dispatchEvent(new Event("till-done"));
    } catch { /* still no network: the next time */ }
    await showQueue();
  }

  function notice(words, bad) {
    const shown = document.createElement("div");
    shown.className = `alert alert-${bad.length ? "warning" : "success"}`;
    const text = document.createElement("div");
    text.append(words, ...bad.flatMap((one) => [document.createElement("br"), `${said.conflict}：${one.words} ${one.code.slice(0, 18)}`]));
    if (bad.length) text.append(document.createElement("br"), nextStep());
    shown.append(text);
    at("notices")?.append(shown);
  }

  // Who may judge conflicts is led there; anybody else is told who does.
  function nextStep() {
    if (!facts.conflicts) return said.told;
    const link = document.createElement("a");
    link.href = facts.conflicts;
    link.textContent = said.judge;
    return link;
  }

  async function showQueue() {
    const all = await offline.standing(facts.shop), mine = all.filter((one) => !one.of.isBroken && (isShell || one.of.staff === facts.staff));
    const broken = all.filter((one) => one.of.isBroken), others = all.filter((one) => !one.of.isBroken && !mine.includes(one));
    const until = mine.length && Math.min(...mine.map((one) => one.scanned_ms + one.of.mostMinutes * 60000));
    const state = [device ? `${said.enabled} ${new Date(device.endsAt).toLocaleString([], { ...zone, month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" })}` : "",
      mine.length ? said.waiting.replace("{n}", mine.length).replace("{time}", new Date(until).toLocaleTimeString([], { ...zone, hour: "2-digit", minute: "2-digit" })) : device ? said.none : "", broken.length ? said.broken : ""];
    at("offline-state").textContent = state.filter(Boolean).join(" · ");
    const names = [...new Set(others.map((one) => one.of.staffName))];
    const lines = [...broken.map((one) => one.code), ...mine.map((one) => `#${one.counter} ${new Date(one.scanned_ms).toLocaleTimeString([], zone)} ${one.code.slice(0, 18)}`),
      ...(names.length ? [`${said.other}${names.join("、")}`] : [])];
    at("offline-list").replaceChildren(...lines.map((line) => { const item = document.createElement("li"); item.className = "font-monospace small text-break"; item.textContent = line; return item; }));
    if (at("offline-clear")) at("offline-clear").hidden = !broken.length;
  }

  // The browser's word for the network is a guess: back to the till only when it answers.
  async function goBack() {
    if (code.value || stream) return;
    try { if ((await fetch(location.pathname, { method: "HEAD", signal: AbortSignal.timeout(5000) })).ok) location.reload(); } catch { /* not yet */ }
  }

  // --- the camera ---
  async function openCamera() {
    at("trouble").hidden = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false });
    } catch { at("trouble").textContent = said.noCamera; at("trouble").hidden = false; return; }
    video.srcObject = stream;
    await video.play();
    at("open-camera").hidden = true;
    at("close-camera").hidden = false;
    look();
  }

  function closeCamera() {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    isReading = false;
    at("camera").hidden = at("close-camera").hidden = at("next").hidden = true;
    at("open-camera").hidden = false;
    at("idle").hidden = verdict.childElementCount > 0;
  }

  function look() {
    verdict.replaceChildren();
    at("next").hidden = true;
    at("idle").hidden = Boolean(stream);
    at("camera").hidden = !stream;
    if (!stream) { focusBack(); return; }
    if (!isReading) { isReading = true; read(); }
  }

  async function read() {
    const decode = await decoder();
    while (isReading) {
      const text = await decode();
      if (text && isReading) {
        isReading = false;
        const fields = new FormData(at("scan"));
        fields.set("code", text);
        await attempt(fields);
        return;
      }
      await new Promise((done) => setTimeout(done, 120));
    }
  }

  async function decoder() {
    const known = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats() : [];
    if (known.includes("qr_code")) {
      const seen = new BarcodeDetector({ formats: known.filter((one) => ["qr_code", "code_128"].includes(one)) });
      return async () => { try { return (await seen.detect(video))[0]?.rawValue; } catch { return null; } };
    }
    if (!window.jsQR) await new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = facts.jsqr;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    const canvas = document.createElement("canvas"), drawn = canvas.getContext("2d", { willReadFrequently: true });
    return async () => {
      if (!video.videoWidth) return null;
      const shrink = Math.min(1, 640 / video.videoWidth);
      canvas.width = video.videoWidth * shrink;
      canvas.height = video.videoHeight * shrink;
      drawn.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data, width, height } = drawn.getImageData(0, 0, canvas.width, canvas.height);
      return window.jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data;
    };
  }

  // --- the buttons ---
  document.querySelector(".needs-script").hidden = false;
  at("sound").setAttribute("aria-pressed", isLoud);
  at("sound").addEventListener("click", () => {
    isLoud = !isLoud;
    at("sound").setAttribute("aria-pressed", isLoud);
    try { localStorage.setItem("kabao-till-sound", isLoud ? "on" : "off"); } catch { /* for this page, then */ }
    if (isLoud) sound("good");
    focusBack();
  });
  at("open-camera").addEventListener("click", openCamera);
  at("close-camera").addEventListener("click", closeCamera);
  at("next").addEventListener("click", look);
  at("enrol")?.addEventListener("click", enrol);
  at("offline-clear")?.addEventListener("click", async () => { await offline.clearBroken(facts.shop); await prepare(); });
  window.addEventListener("online", () => { if (isShell) goBack(); else sendUp(); });
  setInterval(isShell ? goBack : sendUp, isShell ? 5000 : 30000);
  window.addEventListener("pagehide", closeCamera);
  focusBack();
  prepare();
})();
