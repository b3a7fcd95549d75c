// What WeChat puts into every page of its browser: window.WeixinJSBridge. A browser that may add a
// script to pages (a test's does) adds this one; it asks the phone around the frame.
(() => {
  if (window.parent === window) return;
  const waiting = new Map();
  let number = 0;
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
      const url = location.href.split('#')[0];
      window.parent.postMessage({ bridge: api, id: number, args: JSON.parse(JSON.stringify(args)), url }, '*');
    },
    on() {},
    call(api) { this.invoke(api); },
    log() {},
  };
  const ready = () => document.dispatchEvent(new Event('WeixinJSBridgeReady'));
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', ready);
  else ready();
})();
