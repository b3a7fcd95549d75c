// What was said: requests with their answers, notices to merchants, pushes to apps.

import { get, part, post } from './api.js';
import { h, momentOf } from './dom.js';
import { block, button, mark, openable, table } from './desk_parts.js';

const MOST_LOOKED_AT = 500;
const MOST_SHOWN = 200;
const FINE = 300;
const wanted = { words: '', kind: 'all' };

function filters(desk) {
  const words = h('input', { type: 'search', placeholder: '筛选路径、内容…', value: wanted.words, 'aria-label': '筛选', oninput: () => { wanted.words = words.value; desk.refresh(true); } });
  const kind = h('select', { 'aria-label': '状态', onchange: () => { wanted.kind = kind.value; desk.refresh(true); } },
    [['all', '全部'], ['bad', '只看失败'], ['good', '只看成功']].map(([value, text]) => h('option', { value, selected: value === wanted.kind }, text)));
  return h('div', { class: 'row filters' }, words, kind);
}

function chosen(list, isGood) {
  const words = wanted.words.toLowerCase();
  const fits = (each) => (wanted.kind === 'all' || isGood(each) === (wanted.kind === 'good')) && (!words || JSON.stringify(each).toLowerCase().includes(words));
  return list.filter(fits).slice(-MOST_SHOWN).reverse();
}

const wentWell = (each) => each.status < FINE && !/"errcode":\s*-?[1-9]/.test(each.answer) && !each.dropped;

export const requestsSection = {
  id: 'requests',
  words: '请求',
  form: filters,
  load: () => get(`/requests?latest=${MOST_LOOKED_AT}`),
  draw: (requests, desk) => table(['时间', '方法', '地址', '结果', '毫秒'], chosen(requests, wentWell).map((each) => openable(desk, `${each.at}${each.target}`, [
    momentOf(each.at).slice(5), each.method, h('code', { class: 'address' }, each.target.replace(/access_token=[^&]+/, 'access_token=…')), mark(each.dropped ? '断开' : answerWords(each), wentWell(each)), String(each.milliseconds),
  ], () => [block('请求头', each.headers), block('请求体', each.body), block('应答', each.answer)]))),
};

function answerWords(each) {
  const errcode = /"errcode":\s*(-?[1-9]\d*)/.exec(each.answer);
  return errcode ? `${each.status} · ${errcode[1]}` : String(each.status);
}

export const noticesSection = {
  id: 'notices',
  words: '支付通知',
  form: filters,
  load: () => get('/notices'),
  draw: (notices, desk) => table(['时间', '事件', '商户', '状态', '次数', ''], chosen(notices, (each) => each.status === 'acknowledged').map((each) => openable(desk, each.id, [
    momentOf(each.created_at).slice(5), h('code', {}, each.event_type), each.mchid, mark(each.status, goodness(each.status)), String(each.attempts.length),
    button('重发', () => desk.attempt(() => post(`/notices/${part(each.id)}/resend`), '已重发')),
  ], () => [h('p', { class: 'hint' }, each.url), block('内容（解密后）', each.resource), attempts(each.attempts)]))),
};

export const pushesSection = {
  id: 'pushes',
  words: '消息推送',
  form: filters,
  load: () => get('/pushes'),
  draw: (pushes, desk) => table(['时间', '事件', 'AppID', '状态', '次数', ''], chosen(pushes, (each) => each.status === 'acknowledged').map((each) => openable(desk, each.number, [
    momentOf(each.CreateTime).slice(5), h('code', {}, each.Event ?? each.MsgType), each.appid, mark(each.status, goodness(each.status)), String(each.attempts.length),
    button('重发', () => desk.attempt(() => post(`/pushes/${each.number}/resend`), '已重发')),
  ], () => [block('内容', fieldsOf(each)), block('被动回复', each.reply), attempts(each.attempts)]))),
};

const goodness = (status) => (status === 'acknowledged' ? true : ['given_up', 'lost'].includes(status) ? false : null);

function fieldsOf({ attempts: _attempts, reply: _reply, number: _number, ...fields }) {
  return fields;
}

function attempts(list) {
  return h('div', {}, list.map((each, place) => block(`第 ${place + 1} 次 · ${each.kind ?? ''} · ${each.status ?? '没有应答'}`, each)));
}
