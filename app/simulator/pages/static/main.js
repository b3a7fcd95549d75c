// One Phone per person of the page; each asks for its own state every second.

import { Phone } from './phone.js';

const EVERY_MILLISECONDS = 1000;
const stage = document.querySelector('.phones');
const phones = [...document.querySelectorAll('.device')].map(
  (root) => new Phone({ person: root.dataset.person, root, slotUrl: stage.dataset.slotUrl }),
);
for (const phone of phones) phone.beside = phones.filter((each) => each !== phone);

// Side by side in one row, as long as they can be read so; else in several, as large as they are.
const LEAST_SCALE = .6;
const ROW_EDGES = 16;

function fit() {
  const wide = document.querySelector('.case')?.offsetWidth ?? 0;
  const gaps = parseFloat(getComputedStyle(stage).columnGap) * (phones.length - 1);
  const scale = (stage.clientWidth - ROW_EDGES - gaps) / (wide * phones.length);
  stage.style.setProperty('--scale', scale >= LEAST_SCALE && scale < 1 ? scale : 1);
}
addEventListener('resize', fit);
fit();

// The first `open` is for the first phone, the last one for all that are left.
const wanted = new URLSearchParams(location.search).getAll('open');

async function begin() {
  await Promise.all(phones.map((each) => each.refresh()));
  if (wanted.length) phones.filter((each) => each.state).forEach((each) => each.open(wanted[phones.indexOf(each)] ?? wanted.at(-1)));
  setInterval(() => {
    if (!document.hidden) phones.forEach((each) => each.refresh());
  }, EVERY_MILLISECONDS);
}

begin();
