// Apps, people and groups, and the mini-program's place.

import { get, part, post } from './api.js';
import { face, h } from './dom.js';
import { button, form, row, table } from './desk_parts.js';

const EDITED = [
  ['message_url', '消息地址'], ['message_token', 'Token'], ['message_aes_key', 'EncodingAESKey（43 位）'], ['name', '名称'],
];

export const appsSection = {
  id: 'apps',
  words: '应用',
  load: () => get('/apps'),
  draw: (apps, desk) => apps.map((app) => h('details', { class: 'card', open: true },
    h('summary', {}, h('b', {}, app.name || app.appid), ' ', h('small', {}, `${app.kind === 'mp' ? '小程序' : '公众号'} · ${app.appid} · ${app.original_id}`)),
    appForm(app, desk),
    h('div', { class: 'row' },
      button('验证消息地址', () => desk.attempt(() => post(`/apps/${app.appid}/verify-url`).then(({ verified }) => { if (!verified) throw new Error('应答不对'); }), '验证通过')),
      app.kind === 'mp' ? button('违规警告', () => desk.attempt(() => post(`/apps/${app.appid}/punish`), '已推送')) : null,
      app.kind === 'mp' ? tradeButtons(app, desk) : null),
    templates(app, desk))),
};

function appForm(app, desk) {
  const fields = [
    ...EDITED.map(([name, words]) => ({ name, words, value: app[name] })),
    { name: 'message_mode', words: '加密方式', value: app.message_mode, choices: [['secure', '安全模式'], ['compatible', '兼容模式'], ['plain', '明文模式']] },
    { name: 'message_format', words: '数据格式', value: app.message_format, choices: [['json', 'JSON'], ['xml', 'XML']] },
    { name: 'ip_whitelist', words: 'IP 白名单（逗号分隔）', value: app.ip_whitelist.join(',') },
    { name: 'gives_unionid', words: '给 unionid', type: 'checkbox', value: app.gives_unionid },
  ];
  const save = (told) => {
    const blank = Object.fromEntries(['message_url', 'message_token', 'name'].map((each) => [each, '']));
    const list = (told.ip_whitelist ?? '').split(',').map((each) => each.trim()).filter(Boolean);
    return desk.attempt(() => post(`/apps/${app.appid}`, { ...blank, ...told, ip_whitelist: list }), '已保存');
  };
  return form(fields, '保存', save);
}

function tradeButtons(app, desk) {
  const change = (body) => () => desk.attempt(() => post(`/apps/${app.appid}/trade`, body));
  return [button('限制交易', change({ is_controlled: true })), button('解除限制', change({ is_controlled: false })), button('纳入发货管理', change({ is_managed: true }))];
}

function templates(app, desk) {
  const listed = Object.entries(app.templates);
  if (!listed.length) return null;
  return table(['模板', '字段', ''], listed.map(([id, each]) => row([h('span', {}, each.title, h('br'), h('small', {}, id)), Object.entries(each.fields).map(([key, label]) => `${label}(${key})`).join('、'),
    h('span', { class: 'row' }, button('封禁', () => desk.attempt(() => post(`/apps/${app.appid}/templates/${part(id)}`, { banned: true }))), button('解封', () => desk.attempt(() => post(`/apps/${app.appid}/templates/${part(id)}`, { banned: false })))) ])));
}

export const peopleSection = {
  id: 'people',
  words: '人与群',
  form: (desk) => h('div', { class: 'card' },
    form([{ name: 'name', words: '名字' }, { name: 'phone', words: '手机号', hint: '可留空' }, { name: 'risk', words: '高风险', type: 'checkbox' }], '添加人', (told) => desk.attempt(() => post('/users', told), '已添加')),
    form([{ name: 'name', words: '群名' }, { name: 'people', words: '成员（逗号分隔）' }], '建群', (told) => desk.attempt(() => post('/groups', { name: told.name, people: (told.people ?? '').split(/[,，、]/).map((each) => each.trim()).filter(Boolean) }), '已建群'))),
  load: async () => ({ people: await get('/users'), groups: await get('/groups') }),
  draw: ({ people, groups }, desk) => [
    table(['', '名字', '手机号', 'UnionID', 'OpenID', ''], people.map((each) => row([
      face(each.name), each.name, each.phone, h('code', {}, each.unionid), h('span', {}, Object.entries(each.openids).map(([appid, openid]) => h('code', { class: 'line' }, `${appid}: ${openid}`))),
      h('span', { class: 'row' }, h('a', { href: `/phone?people=${part(each.name)}` }, '手机'), riskChoice(each, desk))]))),
    h('h2', {}, '群'),
    table(['群名', '成员'], groups.map((each) => row([each.name, each.people.join('、')])), '还没有群'),
  ],
};

function riskChoice(person, desk) {
  const choose = (event) => desk.attempt(() => post(`/users/${part(person.name)}/risk`, { rank: Number(event.target.value) }));
  return h('select', { 'aria-label': '风险等级', onchange: choose }, h('option', { value: '' }, '风险等级'), [0, 1, 2, 3, 4].map((rank) => h('option', { value: String(rank) }, `风险 ${rank}`)));
}

export const slotSection = {
  id: 'slot',
  words: '小程序位置',
  load: () => get('/slot'),
  draw: ({ url }, desk) => h('div', { class: 'card' },
    h('p', { class: 'hint' }, '手机里打开小程序时显示的本机地址，可用 {appid} {path} {query} {scene} {person}；留空则显示开发者控制台。'),
    form([{ name: 'url', words: '地址模板', value: url, hint: 'http://127.0.0.1:5173/?path={path}&query={query}' }], '保存', (told) => desk.attempt(() => post('/slot', { url: told.url ?? '' }), '已保存'))),
};
