// Mini-programs on a phone: one frame per app, kept while hidden, spoken to by messages only.

import { h, icon } from './dom.js';
import { developerConsole } from './console.js';
import { call } from './wx.js';

const ANSWER_MILLISECONDS = 600;

export class MiniPrograms {
  constructor(phone, slotUrl) {
    this.phone = phone;
    this.slotUrl = slotUrl;
    this.layer = h('div', { class: 'minilayer', hidden: true });
    this.running = new Map();
    this.waiting = new Map();
    this.numbers = 0;
    addEventListener('message', (event) => this.hear(event));
  }

  launch({ appid, path = '', query = '', scene = 1001, ...more }) {
    const app = this.phone.state.apps.find((each) => each.appid === appid);
    if (!app) return this.phone.toast('没有这个小程序');
    const before = this.running.get(appid);
    // Opened again without a page, WeChat goes on where the person left.
    const options = { appid, path: path || (before ? '' : app.pages[0] ?? ''), query, scene, person: this.phone.person, ...more };
    const one = before ?? this.start(app, options);
    one.options = path || !before ? options : { ...before.options, ...options, path: before.options.path };
    if (before) this.tell(one, 'show', options);
    one.show?.(options);
    this.front(one);
  }

  start(app, options) {
    const one = { app, options, title: h('b', {}, app.name) };
    const capsule = h('span', { class: 'capsule' },
      h('button', { onclick: () => this.menu(one), 'aria-label': '菜单' }, icon('more')),
      h('button', { onclick: () => this.hide(), 'aria-label': '关闭' }, h('i', { class: 'ring' })));
    one.back = h('button', { class: 'goback', hidden: true, onclick: () => this.tell(one, one.goes, {}) });
    one.content = this.slotUrl ? this.frame(one) : developerConsole(this.phone, one);
    one.box = h('section', { class: 'miniapp' }, h('header', { class: 'mininav' }, one.back, one.title, capsule), one.content);
    this.running.set(app.appid, one);
    this.layer.append(one.box);
    return one;
  }

  frame(one) {
    const url = this.slotUrl.replace(/\{(appid|path|query|scene|person)\}/g, (_, name) => encodeURIComponent(one.options[name]));
    const origin = new URL(url, location.href).origin;
    // A frame of our own origin could take its sandbox off; of another it keeps its storage.
    const allowed = origin === location.origin ? '' : ' allow-same-origin';
    one.target = allowed ? origin : '*';
    return h('iframe', { class: 'slot', src: url, sandbox: `allow-scripts allow-forms${allowed}`, allow: 'clipboard-write', title: one.app.name });
  }

  // The page on top says how its title bar looks, and where the arrow leads.
  dress(one, { title = '', background = '', front = 'black', isCustom = false, canGoBack = false, canGoHome = false, isLoading = false }) {
    one.title.textContent = isLoading ? `${title} …` : title;
    one.box.classList.toggle('bare', isCustom);
    one.box.style.setProperty('--bar', CSS.supports('color', background) && !isCustom ? background : 'transparent');
    one.box.style.setProperty('--bartext', front === 'white' ? '#fff' : '#000');
    one.box.dataset.front = front;
    one.goes = canGoBack ? 'navigateBack' : 'home';
    one.back.hidden = !canGoBack && !canGoHome;
    one.back.setAttribute('aria-label', canGoBack ? '返回上一页' : '回到首页');
    one.back.replaceChildren(icon(canGoBack ? 'back' : 'house'));
    this.colour();
  }

  // The status bar of the phone is written on what lies under it.
  colour() {
    const one = this.layer.hidden ? null : this.current;
    this.phone.root.classList.toggle('onbar', one?.box.dataset.front === 'white');
  }

  front(one) {
    for (const other of this.running.values()) other.box.hidden = other !== one;
    this.layer.hidden = false;
    this.current = one;
    this.colour();
  }

  hide() {
    if (this.current && !this.layer.hidden) this.tell(this.current, 'hide', {});
    this.layer.hidden = true;
    this.colour();
  }

  end(one) {
    one.box.remove();
    this.running.delete(one.app.appid);
    this.layer.hidden = true;
    this.colour();
  }

  async hear(event) {
    const one = [...this.running.values()].find((each) => each.content.contentWindow && each.content.contentWindow === event.source);
    const said = event.data;
    if (!one || typeof said !== 'object' || said === null) return;
    if (said.reply !== undefined) return this.waiting.get(said.reply)?.(said.result);
    if (typeof said.api !== 'string') return;
    const answer = await call(this.phone, one, said.api, said.args ?? {});
    event.source.postMessage({ id: said.id, ...answer }, one.target);
  }

  tell(one, event, args) {
    if (!one.content.contentWindow) return;
    one.content.contentWindow.postMessage({ event, args }, one.target);
  }

  // Ask the page on top; null when it does not answer in time.
  asked(one, event, args) {
    if (!one.content.contentWindow) return Promise.resolve(null);
    this.numbers += 1;
    const number = this.numbers;
    return new Promise((resolve) => {
      const answer = (told) => { this.waiting.delete(number); resolve(told); };
      this.waiting.set(number, answer);
      one.content.contentWindow.postMessage({ event, number, args }, one.target);
      setTimeout(answer, ANSWER_MILLISECONDS, null);
    });
  }

  // onShareAppMessage: the page may say what to share; one that does not answer shares its page.
  async shareWords(one) {
    return { title: one.app.name, path: one.options.path, ...await this.asked(one, 'shareAppMessage', { from: 'menu' }) };
  }

  // What the camera of a phone beside this one could read now: numbers, as they stand below a code.
  async numbersShown() {
    if (!this.current || this.layer.hidden) return [];
    const told = await this.asked(this.current, 'look', {});
    return (told?.numbers ?? []).filter((each) => typeof each === 'string');
  }

  async menu(one) {
    const choice = await this.phone.menu([
      { words: '转发给朋友', value: 'share' }, { words: '联系客服', value: 'desk' }, { words: '开发者控制台', value: 'console' }, { words: '重新进入小程序', value: 'again' },
    ]);
    if (choice === 'share') await call(this.phone, one, 'shareAppMessage', await this.shareWords(one));
    if (choice === 'desk') await call(this.phone, one, 'openCustomerServiceChat', {});
    if (choice === 'again') { this.end(one); this.launch(one.options); }
    if (choice === 'console') await this.phone.sheet((end) => [developerConsole(this.phone, one), h('button', { class: 'choice cancel', onclick: () => end(null) }, '关闭')], { look: 'tall' });
  }
}
