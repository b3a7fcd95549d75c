// Scan: paste what a code says, choose a picture of it, or take one the platform knows.

import { get, post } from './api.js';
import { h, icon } from './dom.js';
import { followKnown, followText } from './opening.js';

const LOOK_MILLISECONDS = 1000;

export function scanner() {
  return {
    title: '扫一扫',
    still: true,
    look: 'scan',
    draw: (phone) => scanBody(phone, {
      text: (text) => { phone.pop(); followText(phone, text); },
      known: (known) => { phone.pop(); followKnown(phone, known); },
      launch: (launch) => { phone.pop(); phone.miniPrograms.launch(launch); },
    }),
  };
}

// For wx.scanCode: the code is handed to the mini-program instead of being followed.
export async function scanFor(phone) {
  return phone.sheet((end) => [
    h('div', { class: 'scan' }, scanBody(phone, {
      text: (text) => end({ result: text, scanType: 'QR_CODE', charSet: 'utf-8' }),
      known: (known) => end(known.kind === 'code' ? { result: '', scanType: 'WX_CODE', path: known.label.split(' · ')[1] } : { result: known.text, scanType: 'QR_CODE', charSet: 'utf-8' }),
      launch: ({ path, query }) => end({ result: '', scanType: 'WX_CODE', path: query ? `${path}?${query}` : path }),
    })),
    h('button', { class: 'choice cancel', onclick: () => end(null) }, '取消'),
  ]);
}

function scanBody(phone, found) {
  const box = h('input', { placeholder: '粘贴码里的内容或链接', 'aria-label': '码里的内容' });
  const file = h('input', { type: 'file', accept: 'image/*', hidden: true, onchange: () => readPicture(phone, file.files[0], found) });
  const go = (event) => { event.preventDefault(); if (box.value.trim()) found.text(box.value.trim()); };
  const seen = h('ul', { class: 'list seen' });
  const list = h('ul', { class: 'list' });
  watch(phone.beside, seen, found);
  get('/scannable').then((known) => list.append(...known.map((each) => knownRow(each, found))));
  return [
    h('div', { class: 'finder' }, h('i'), icon('scan')),
    h('form', { class: 'composer', onsubmit: go }, box, h('button', { class: 'send' }, '识别')),
    h('label', { class: 'album' }, file, '从相册选取二维码'),
    seen, h('h2', { class: 'grouphead' }, '平台已知的码与链接'), list,
  ];
}

// Held before phones on the same page, the camera reads what is on their screens while it is open.
async function watch(others, list, found) {
  let before = '';
  do {
    const shown = await Promise.all(others.map(async (other) => (await other.miniPrograms.numbersShown()).map((number) => [other, number])));
    const rows = shown.flat();
    const now = rows.map(([other, number]) => `${other.person} ${number}`).join('\n');
    // Rows that stay are left alone: a finger may be on one.
    if (now !== before) list.replaceChildren(...rows.map(([other, number]) => shownRow(other, number, found)));
    before = now;
    await new Promise((resolve) => { setTimeout(resolve, LOOK_MILLISECONDS); });
  } while (list.isConnected);
}

function shownRow(other, number, found) {
  const words = h('span', { class: 'words' }, h('b', {}, `对准${other.person}的手机`), h('small', {}, number));
  return h('li', {}, h('button', { onclick: () => found.text(number.replaceAll(' ', '')) }, icon('scan'), words, h('i', { class: 'arrow' })));
}

function knownRow(each, found) {
  return h('li', {}, h('button', { onclick: () => found.known(each) }, h('span', { class: 'words' }, each.label), h('i', { class: 'arrow' })));
}

// A mini-program's code says in its own bytes what it is; others need the browser's detector.
async function readPicture(phone, file, found) {
  const picture = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(file);
  });
  const launch = await post(phone.path('/open'), { picture }).catch(() => null);
  if (launch) return found.launch(launch);
  const text = await detect(file).catch(() => '');
  return text ? found.text(text) : phone.toast('没有识别出码，请粘贴内容');
}

async function detect(file) {
  if (!('BarcodeDetector' in window)) return '';
  const [code] = await new BarcodeDetector().detect(await createImageBitmap(file));
  return code?.rawValue ?? '';
}
