// Message settings per mini-program, and taking allowances back.

import { post } from './api.js';
import { h } from './dom.js';

export function messageSettings() {
  return { title: '消息与授权设置', draw: (phone) => phone.state.settings.map((each) => appSettings(phone, each)) };
}

function appSettings(phone, kept) {
  const app = phone.state.apps.find((each) => each.appid === kept.appid);
  if (app?.kind !== 'mp') return null;
  const change = (body) => phone.attempt(() => post(phone.path('/settings'), { appid: app.appid, ...body }));
  const templates = Object.entries(app.templates).filter(([id]) => id in kept.templates);
  return [
    h('h2', { class: 'grouphead' }, app.name),
    h('ul', { class: 'list' },
      toggle('接收订阅消息', kept.all, (all) => change({ all })),
      templates.map(([id, each]) => toggle(each.title, kept.templates[id], (accept) => change({ template_id: id, accept })))),
    h('ul', { class: 'list' },
      h('li', {}, h('button', { onclick: () => revoke(phone, app, { codes: [6, 8] }) }, h('span', { class: 'words' }, '收回头像昵称与手机号授权'), h('i', { class: 'arrow' }))),
      h('li', {}, h('button', { class: 'danger', onclick: () => revoke(phone, app, { cancelled: true }) }, h('span', { class: 'words' }, '注销微信账号（通知小程序）'), h('i', { class: 'arrow' })))),
  ];
}

function toggle(words, on, change) {
  const box = h('input', { type: 'checkbox', class: 'switch', checked: on, onchange: () => change(box.checked) });
  return h('li', {}, h('label', {}, h('span', { class: 'words' }, words), box));
}

async function revoke(phone, app, body) {
  const sure = await phone.ask({ title: app.name, words: '小程序会收到通知' });
  if (sure) await phone.attempt(() => post(phone.path('/revoke'), { appid: app.appid, ...body }), '已通知');
}
