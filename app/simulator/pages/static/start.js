// The start page: choose phones, add a person.

import { post } from './api.js';
import { face } from './dom.js';

for (const each of document.querySelectorAll('.face[data-name]')) each.replaceWith(face(each.dataset.name));

document.querySelector('#choose').addEventListener('submit', (event) => {
  event.preventDefault();
  const names = [...document.querySelectorAll('#choose input:checked')].map((each) => each.value);
  if (names.length) location.href = `/phone?people=${encodeURIComponent(names.join(','))}`;
});

document.querySelector('#join').addEventListener('submit', async (event) => {
  event.preventDefault();
  const name = new FormData(event.target).get('name').trim();
  if (!name) return;
  await post('/users', { name });
  location.reload();
});
