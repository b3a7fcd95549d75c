// One Phone per person of the page; each asks for its own state every second.

import { Phone } from './phone.js';

const EVERY_MILLISECONDS = 1000;
const stage = document.querySelector('.phones');
const phones = [...document.querySelectorAll('.device')].map(
  (root) => new Phone({ person: root.dataset.person, root, slotUrl: stage.dataset.slotUrl }),
);
const wanted = new URLSearchParams(location.search).get('open');

async function begin() {
  await Promise.all(phones.map((each) => each.refresh()));
  if (wanted && phones[0]?.state) phones[0].open(wanted);
  setInterval(() => {
    if (!document.hidden) phones.forEach((each) => each.refresh());
  }, EVERY_MILLISECONDS);
}

begin();
