// A phone: its state, the screens on top of each other, sheets, notices from the top edge.

import { get, part } from './api.js';
import { clockOf, face, groupFace, h, icon } from './dom.js';
import { conversations } from './conversations.js';
import { MiniPrograms } from './slot.js';
import { opening } from './opening.js';
import { tabs } from './tabs.js';

const BANNER_MILLISECONDS = 4500;
const TOAST_MILLISECONDS = 2200;

export class Phone {
  constructor({ person, root, slotUrl }) {
    this.person = person;
    this.root = root;
    this.state = null;
    this.told = '';
    this.stack = [tabs()];
    this.seen = JSON.parse(sessionStorage.getItem(`seen:${person}`) ?? 'null');
    this.screen = h('div', { class: 'screen' });
    this.above = h('div', { class: 'above' });
    this.toasts = h('div', { class: 'toasts', role: 'status' });
    this.banners = h('div', { class: 'banners' });
    this.clock = h('span', { class: 'time' }, '--:--');
    this.beside = [];
    this.miniPrograms = new MiniPrograms(this, slotUrl);
    root.append(this.frame());
  }

  frame() {
    const bars = h('span', { class: 'bars' }, h('i'), h('i'), h('i'), h('i'));
    const status = h('div', { class: 'status' }, this.clock, h('span', { class: 'signals' }, bars, h('b', {}, '5G'), h('span', { class: 'battery' })));
    const glass = h('div', { class: 'glass' }, status, this.screen, this.miniPrograms.layer, this.above, this.banners, this.toasts);
    return h('div', { class: 'case' }, glass, h('p', { class: 'owner' }, this.person));
  }

  // Whose phones lie beside this one come first.
  friends() {
    const near = new Set(this.beside.map((each) => each.person));
    return [...this.state.people].sort((one, other) => near.has(other) - near.has(one));
  }

  path(rest) {
    return `/users/${part(this.person)}${rest}`;
  }

  async refresh() {
    try {
      const state = await get(this.path('/phone'));
      this.root.classList.remove('offline');
      this.take(state);
    } catch {
      this.root.classList.add('offline');
    }
  }

  take(state) {
    this.clock.textContent = clockOf(state.now);
    const told = JSON.stringify({ ...state, now: 0 });
    if (told === this.told) return;
    this.told = told;
    this.state = state;
    this.notice(conversations(state));
    this.draw();
  }

  // What came since the last look gives a number on the list and a banner from the top edge.
  notice(talks) {
    const counts = Object.fromEntries(talks.map((each) => [each.key, each.arrived]));
    if (this.seen === null) this.seen = { ...counts };
    const shown = this.stack.at(-1).key;
    for (const talk of talks) {
      const before = this.last?.[talk.key] ?? (this.last ? 0 : talk.arrived);
      if (talk.key === shown) this.seen[talk.key] = talk.arrived;
      else if (talk.arrived > before) this.banner(talk);
    }
    this.last = counts;
    sessionStorage.setItem(`seen:${this.person}`, JSON.stringify(this.seen));
  }

  unread(talk) {
    return Math.max(0, talk.arrived - (this.seen?.[talk.key] ?? 0));
  }

  banner(talk) {
    const look = talk.people ? groupFace(talk.people) : face(talk.name, talk.symbol);
    const words = h('span', {}, h('b', {}, talk.name), h('small', {}, talk.preview));
    const open = () => { strip.remove(); this.miniPrograms.hide(); this.push(talk.view()); };
    const strip = h('button', { class: 'banner', onclick: open }, look, words, h('time', {}, '现在'));
    this.banners.replaceChildren(strip);
    setTimeout(() => strip.remove(), BANNER_MILLISECONDS);
  }

  toast(words) {
    const box = h('div', { class: 'toast' }, words);
    this.toasts.replaceChildren(box);
    setTimeout(() => box.remove(), TOAST_MILLISECONDS);
  }

  // Do something by the simulator, show why not, and look at the outcome at once.
  async attempt(doing, done = '') {
    try {
      const told = await doing();
      if (done) this.toast(done);
      await this.refresh();
      return told;
    } catch (refused) {
      this.toast(refused.message);
      return null;
    }
  }

  push(view) {
    this.stack.push(view);
    this.drawn = null;
    if (view.key && this.last) this.seen[view.key] = this.last[view.key] ?? 0;
    this.draw();
  }

  pop() {
    if (this.stack.length > 1) this.stack.pop();
    this.drawn = null;
    this.draw();
  }

  home() {
    this.stack = [tabs(this.stack[0].tab)];
    this.drawn = null;
    this.draw();
  }

  open(wanted) {
    opening(this, wanted);
  }

  draw() {
    if (!this.state) return;
    const view = this.stack.at(-1);
    if (this.drawn === view) return this.redraw(view);
    this.drawn = view;
    this.body = h('div', { class: `body ${view.look ?? ''}` });
    this.heading = h('h1');
    this.head = h('header', { class: `nav ${view.look ?? ''}` }, this.backButton(), this.heading, view.corner?.(this) ?? h('span', { class: 'corner' }));
    this.foot = view.foot ? view.foot(this) : null;
    this.screen.replaceChildren(this.head, this.body, ...(this.foot ? [this.foot] : []));
    this.fill(view);
    this.body.scrollTop = view.fromBottom ? this.body.scrollHeight : 0;
  }

  redraw(view) {
    if (view.still) return;
    const atBottom = this.body.scrollHeight - this.body.scrollTop - this.body.clientHeight < 40;
    const before = this.body.scrollTop;
    this.fill(view);
    this.body.scrollTop = view.fromBottom && atBottom ? this.body.scrollHeight : before;
  }

  fill(view) {
    this.heading.textContent = typeof view.title === 'function' ? view.title(this) : view.title;
    this.body.replaceChildren(...[view.draw(this)].flat(Infinity).filter(Boolean));
    if (view.live) view.live(this);
  }

  backButton() {
    const back = () => this.pop();
    return this.stack.length > 1 ? h('button', { class: 'corner back', onclick: back, 'aria-label': '返回' }, icon('back')) : h('span', { class: 'corner' });
  }

  // A sheet slides over everything; `build` is given a function that ends it with an answer.
  sheet(build, { look = '' } = {}) {
    return new Promise((resolve) => {
      const shade = h('div', { class: `shade ${look}` });
      const end = (answer) => { shade.remove(); resolve(answer); };
      shade.append(h('div', { class: 'sheet', role: 'dialog', 'aria-modal': 'true' }, build(end)));
      shade.addEventListener('click', (event) => { if (event.target === shade) end(null); });
      this.above.append(shade);
    });
  }

  menu(choices) {
    return this.sheet((end) => [
      choices.map((each) => h('button', { class: `choice ${each.look ?? ''}`, onclick: () => end(each.value) }, each.words)),
      h('button', { class: 'choice cancel', onclick: () => end(null) }, '取消'),
    ], { look: 'menu' });
  }

  ask({ title, words = '', yes = '确定', no = '取消', fields = [] }) {
    return this.sheet((end) => {
      const inputs = fields.map((each) => [each, h('input', { placeholder: each.words, value: each.value ?? '', 'aria-label': each.words })]);
      const agree = () => end(Object.fromEntries(inputs.map(([each, input]) => [each.name, input.value])));
      return [
        h('h2', {}, title), words && h('p', {}, words), inputs.map(([, input]) => input),
        h('div', { class: 'two' }, no && h('button', { onclick: () => end(null) }, no), h('button', { class: 'yes', onclick: agree }, yes)),
      ];
    }, { look: 'box' });
  }
}
