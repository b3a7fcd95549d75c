// Elements are made, never parsed: what people and shops write stays text.

const SVG = 'http://www.w3.org/2000/svg';

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) put(element, name, value);
  element.append(...children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false));
  return element;
}

function put(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
  else if (name === 'style') Object.assign(element.style, value);
  else if (name in element && typeof value === 'boolean') element[name] = value;
  else element.setAttribute(name, value);
}

const PATHS = {
  chats: 'M12 4C6.900 4 3 7.300 3 11.300c0 2.300 1.200 4.300 3.200 5.600L5.500 20l3.400-1.700c1 .3 2 .4 3.100.4 5.100 0 9-3.300 9-7.400S17.100 4 12 4z',
  contacts: 'M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM3 20c0-3.300 3-5.500 7-5.500s7 2.200 7 5.500zM17 9h4M17 12.500h4M18.500 16H21',
  discover: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM15.500 8.500l-2 5-5 2 2-5z',
  me: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20.500c0-4 3.500-6.500 8-6.500s8 2.500 8 6.500z',
  back: 'M15 4l-8 8 8 8',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  scan: 'M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M4 12h16',
  cards: 'M4 7a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM4 10h16M8 15h4',
  pay: 'M4 12l5 5L20 6',
  bill: 'M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6',
  gift: 'M4 10h16v10H4zM3 7h18v3H3zM12 7v13M12 7c-2 0-4-.8-4-2.300S11 3 12 7zM12 7c2 0 4-.8 4-2.300S13 3 12 7z',
  mini: 'M14 9.500a3 3 0 1 0-3 3M10 14.500a3 3 0 1 0 3-3M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z',
  bell: 'M6 16V11a6 6 0 1 1 12 0v5l1.500 2h-15zM10 20.500h4',
  plus: 'M12 4v16M4 12h16',
  gear: 'M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 2.500v3M12 18.500v3M2.500 12h3M18.500 12h3M5.300 5.300l2.100 2.100M16.600 16.600l2.100 2.100M5.300 18.700l2.100-2.100M16.600 7.400l2.100-2.100',
  shield: 'M12 3l8 3v6c0 4.500-3.500 8-8 9-4.500-1-8-4.500-8-9V6zM9 12l2 2 4-4',
  group: 'M8.500 11a3.300 3.300 0 1 0 0-6.600 3.300 3.300 0 0 0 0 6.600zM2.500 19c0-3 2.700-5 6-5s6 2 6 5zM16 11a2.800 2.800 0 1 0 0-5.600M17 14c2.600.4 4.500 2.200 4.500 4.700',
  desk: 'M5 12a7 7 0 0 1 14 0v5h-3v-5h3M5 12v5h3v-5H5M16 19c-1 1.300-2.500 1.500-4 1.500',
  close: 'M5 5l14 14M19 5L5 19',
  house: 'M4 11l8-7 8 7M6 10v9h12v-9',
};

export function icon(name) {
  const drawn = document.createElementNS(SVG, 'svg');
  drawn.setAttribute('viewBox', '0 0 24 24');
  drawn.setAttribute('class', `icon icon-${name}`);
  drawn.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  drawn.append(path);
  return drawn;
}

const COLOURS = ['#e8a25c', '#6a9fd8', '#d77d8f', '#7cb587', '#9b86cf', '#5fb3b3', '#c9965f', '#8a9bb5'];

export function face(name, symbol = '') {
  const sum = [...name].reduce((total, letter) => total * 31 + letter.codePointAt(0), 7) >>> 0;
  const inner = symbol ? icon(symbol) : [...name.split('-')[0]].at(-1) ?? '?';
  return h('span', { class: 'face', style: { background: COLOURS[sum % COLOURS.length] } }, inner);
}

export function groupFace(people) {
  return h('span', { class: 'face groupface' }, people.slice(0, 4).map((each) => face(each)));
}

export const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;

const two = (number) => String(number).padStart(2, '0');

// The platform's seconds, read in Beijing wherever the browser is.
function beijing(seconds) {
  const shifted = new Date((seconds + 8 * 3600) * 1000);
  return {
    day: `${shifted.getUTCMonth() + 1}月${shifted.getUTCDate()}日`,
    year: shifted.getUTCFullYear(),
    whole: `${shifted.getUTCFullYear()}-${two(shifted.getUTCMonth() + 1)}-${two(shifted.getUTCDate())}`,
    clock: `${two(shifted.getUTCHours())}:${two(shifted.getUTCMinutes())}`,
  };
}

export const clockOf = (seconds) => beijing(seconds).clock;
export const dayOf = (seconds) => beijing(seconds).whole;
export const momentOf = (seconds) => `${beijing(seconds).whole} ${beijing(seconds).clock}`;

export function whenOf(seconds, now) {
  const then = beijing(seconds);
  return then.whole === beijing(now).whole ? then.clock : `${then.day} ${then.clock}`;
}

// Pictures from elsewhere are not fetched; data and this simulator's own are shown.
export function picture(source) {
  const own = source && (/^data:image\/(png|jpeg|gif|webp);/.test(source) || source.startsWith('/_sim/'));
  return own ? h('img', { src: source, alt: '' }) : h('span', { class: 'nopicture' }, icon('mini'));
}
