// What a page gets of WeChat's browser: its name, window.WeixinJSBridge, and storage of this phone
// alone. No page can be given a script from outside its frame, so a page of this machine loads this
// one itself; it asks the phone around the frame, and does nothing without one.
(() => {
  if (window.parent === window) return;
  const waiting = new Map();
  let number = 0;
  const ask = (api, more = {}) => window.parent.postMessage({ bridge: api, url: location.href.split('#')[0], ...more }, '*');
  addEventListener('message', ({ source, data }) => {
    if (source !== window.parent || typeof data !== 'object' || data === null) return;
    const answer = waiting.get(data.bridgeAnswer);
    waiting.delete(data.bridgeAnswer);
    if (answer) answer(data.result);
  });
  window.WeixinJSBridge = {
    invoke(api, args = {}, answer = () => {}) {
      number += 1;
      waiting.set(number, answer);
      ask(api, { id: number, args: JSON.parse(JSON.stringify(args)) });
    },
    on() {},
    call(api) { this.invoke(api); },
    log() {},
  };

  // The phones of one browser share what their pages keep; the frame's name is the person.
  const ownStorage = (kept) => {
    const mine = `${window.name}/`;
    const names = () => Object.keys(kept).filter((each) => each.startsWith(mine)).map((each) => each.slice(mine.length));
    return {
      getItem: (name) => kept.getItem(mine + name),
      setItem: (name, value) => kept.setItem(mine + name, value),
      removeItem: (name) => kept.removeItem(mine + name),
      clear: () => names().forEach((each) => kept.removeItem(mine + each)),
      key: (index) => names()[index] ?? null,
      get length() { return names().length; },
    };
  };
  for (const each of ['localStorage', 'sessionStorage']) Object.defineProperty(window, each, { value: ownStorage(window[each]), configurable: true });

  const called = `${navigator.userAgent} MicroMessenger/8.0.56`;
  if (!navigator.userAgent.includes('MicroMessenger')) Object.defineProperty(navigator, 'userAgent', { value: called, configurable: true });

  // A page begins: what the one before was allowed is over.
  ask('begin');
  const ready = () => document.dispatchEvent(new Event('WeixinJSBridgeReady'));
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', ready);
  else ready();
})();
