// Parts that the desk's sections are built of.

import { h } from './dom.js';

export function table(heads, rows, none = '还没有') {
  if (!rows.length) return h('p', { class: 'none' }, none);
  return h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, heads.map((each) => h('th', {}, each)))), h('tbody', {}, rows)));
}

export const row = (cells, attributes = {}) => h('tr', attributes, cells.map((each) => h('td', {}, each)));

// A row that opens: `key` keeps it open when the table is drawn again.
export function openable(desk, key, cells, details) {
  const below = h('tr', { class: 'below', hidden: !desk.open.has(key) }, h('td', { colspan: String(cells.length) }));
  const fill = () => below.firstChild.replaceChildren(...[details()].flat(Infinity).filter(Boolean));
  if (desk.open.has(key)) fill();
  const flip = (event) => {
    if (event.target.closest('button, input, select, a')) return;
    below.hidden = !below.hidden;
    if (below.hidden) desk.open.delete(key);
    else { desk.open.add(key); fill(); }
  };
  return [row(cells, { class: 'opens', onclick: flip, tabindex: '0', onkeydown: (event) => { if (event.key === 'Enter') flip(event); } }), below];
}

export function pretty(text) {
  try {
    return JSON.stringify(typeof text === 'string' ? JSON.parse(text) : text, null, 2);
  } catch {
    return String(text);
  }
}

export const block = (title, text) => (text === '' || text === undefined || text === null ? null : h('figure', {}, h('figcaption', {}, title), h('pre', {}, pretty(text))));

export const button = (words, onclick, look = '') => h('button', { type: 'button', class: look, onclick }, words);

export const mark = (words, good) => h('span', { class: `mark ${good === null ? '' : good ? 'good' : 'bad'}` }, words);

// A form of named inputs; numbers that are left empty are left out.
export function form(fields, words, done) {
  const inputs = fields.map((each) => [each, inputOf(each)]);
  const submit = (event) => {
    event.preventDefault();
    const told = {};
    for (const [each, input] of inputs) {
      const value = each.type === 'checkbox' ? input.checked : input.value.trim();
      if (value !== '') told[each.name] = each.type === 'number' ? Number(value) : value;
    }
    done(told);
  };
  return h('form', { class: 'fields', onsubmit: submit },
    inputs.map(([each, input]) => h('label', { title: each.hint ?? '', 'data-field': each.name }, h('span', {}, each.words), input)), h('button', { class: 'primary' }, words));
}

function inputOf(each) {
  if (each.choices) return h('select', { name: each.name, onchange: each.onchange }, each.choices.map(([value, words]) => h('option', { value, selected: value === each.value }, words)));
  if (each.type === 'checkbox') return h('input', { type: 'checkbox', name: each.name, checked: Boolean(each.value) });
  return h('input', { type: each.type ?? 'text', name: each.name, value: each.value ?? '', placeholder: each.hint ?? '', step: 'any', list: each.list });
}
