// The platform's desk: one section at a time, looked at again every two seconds.

import { h } from './dom.js';
import { clockSection, faultsSection, quotasSection } from './desk_weather.js';
import { noticesSection, pushesSection, requestsSection } from './desk_traffic.js';
import { appsSection, peopleSection, slotSection } from './desk_world.js';
import { cardsSection, moneySection, shippingSection, transfersSection } from './desk_money.js';

const EVERY_MILLISECONDS = 2000;
const TOAST_MILLISECONDS = 2600;
const SECTIONS = [
  faultsSection, clockSection, requestsSection, noticesSection, pushesSection, appsSection, peopleSection,
  shippingSection, moneySection, transfersSection, cardsSection, quotasSection, slotSection,
];

const place = document.querySelector('#desk');
const desk = {
  section: null,
  told: '',
  open: new Set(),
  toast(words) {
    const box = h('div', { class: 'toast' }, words);
    document.querySelector('#toasts').replaceChildren(box);
    setTimeout(() => box.remove(), TOAST_MILLISECONDS);
  },
  async attempt(doing, done = '好了') {
    try {
      const told = await doing();
      desk.toast(done);
      await refresh(true);
      return told;
    } catch (refused) {
      desk.toast(refused.message);
      return null;
    }
  },
};

function choose(section) {
  desk.section = section;
  desk.told = '';
  desk.open.clear();
  location.hash = section.id;
  desk.live = h('div', { class: 'live' });
  place.replaceChildren(h('h1', {}, section.words), ...[section.form?.(desk)].flat(Infinity).filter(Boolean), desk.live);
  for (const button of document.querySelectorAll('#sections button')) {
    button.classList.toggle('on', button.dataset.id === section.id);
    if (button.dataset.id === section.id) button.scrollIntoView({ inline: 'center', block: 'nearest' });
  }
  refresh(true);
}

async function refresh(always = false) {
  const { section } = desk;
  const data = await section.load(desk).catch((refused) => { desk.toast(refused.message); return null; });
  if (data === null || section !== desk.section) return;
  const told = JSON.stringify(data);
  const typing = desk.live.contains(document.activeElement) && document.activeElement.matches('input, select');
  if ((told === desk.told && !always) || (typing && !always)) return;
  desk.told = told;
  desk.live.replaceChildren(...[section.draw(data, desk)].flat(Infinity).filter(Boolean));
}
desk.refresh = refresh;

document.querySelector('#sections').append(...SECTIONS.map((each) => h('button', { 'data-id': each.id, onclick: () => choose(each) }, each.words)));
choose(SECTIONS.find((each) => `#${each.id}` === location.hash) ?? SECTIONS[0]);
setInterval(() => { if (!document.hidden) refresh(); }, EVERY_MILLISECONDS);
