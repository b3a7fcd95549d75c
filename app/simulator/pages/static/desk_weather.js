// What goes wrong, what time it is, how often one may call.

import { get, post, remove } from './api.js';
import { h, momentOf } from './dom.js';
import { button, form, row, table } from './desk_parts.js';

const EXTRA = { slow: ['seconds'], status: ['status'], error: ['code'], duplicate: ['times'], delay: ['seconds'], replay: ['seconds'], clock_skew: ['seconds'] };
const FIELDS = [
  { name: 'scope', words: '范围', hint: '/v3/refund、TRANSACTION.、user_get_card…' }, { name: 'count', words: '次数', type: 'number', value: '1' },
  { name: 'seconds', words: '秒', type: 'number', value: '6' }, { name: 'times', words: '多发几份', type: 'number', value: '1' },
  { name: 'status', words: 'HTTP 状态', type: 'number', value: '500' }, { name: 'code', words: '错误码', hint: 'NOT_ENOUGH 或 45011' },
];

export const faultsSection = {
  id: 'faults',
  words: '故障',
  form: (desk) => {
    const box = h('div', { class: 'card' }, h('p', { class: 'hint' }, '选一种故障，它会打中接下来符合范围的几次。'));
    get('/covers').then(({ faults }) => box.append(faultForm(desk, faults)));
    return box;
  },
  load: () => get('/faults'),
  draw: (waiting, desk) => [
    h('div', { class: 'row' }, h('h2', {}, '等待中的故障'), button('全部清除', () => desk.attempt(() => remove('/faults')))),
    table(['种类', '范围', '还剩', '其余'], waiting.map((each) => row([h('code', {}, each.kind), each.scope || '全部', each.count, restOf(each)])), '没有故障，一切正常。'),
  ],
};

function restOf(fault) {
  return (EXTRA[fault.kind] ?? []).map((name) => `${name} ${fault[name]}`).join(' · ');
}

function faultForm(desk, kinds) {
  const choices = Object.entries(kinds).map(([kind, says]) => [kind, `${kind} — ${says}`]);
  const show = (kind) => {
    for (const { name } of FIELDS.slice(2)) made.querySelector(`[data-field=${name}]`).hidden = !(EXTRA[kind] ?? []).includes(name);
  };
  const made = form(
    [{ name: 'kind', words: '种类', choices, onchange: (event) => show(event.target.value) }, ...FIELDS], '放置故障',
    (told) => desk.attempt(() => post('/faults', Object.fromEntries(Object.entries(told).filter(([name]) => FIELDS.slice(2).every((each) => each.name !== name) || (EXTRA[told.kind] ?? []).includes(name))))),
  );
  show(choices[0][0]);
  return made;
}

const STEPS = [['+1 分钟', 60], ['+1 小时', 3600], ['+1 天', 86400], ['+7 天', 604800], ['+30 天', 2592000]];

export const clockSection = {
  id: 'clock',
  words: '时钟',
  load: () => get('/clock'),
  draw: (clock, desk) => [
    h('div', { class: 'card' },
      h('p', { class: 'bigtime' }, momentOf(clock.now), h('small', {}, `比真实时间快 ${ahead(clock.offset_seconds)}`)),
      h('div', { class: 'row' }, STEPS.map(([words, seconds]) => button(words, () => move(desk, clock.offset_seconds + seconds))), button('回到现在', () => move(desk, 0))),
      form([{ name: 'at', words: '到这一刻（北京时间）', type: 'datetime-local', value: '' }], '前往', ({ at }) => at && move(desk, Date.parse(`${at}:00+08:00`) / 1000 - (clock.now - clock.offset_seconds)))),
    h('p', { class: 'hint' }, '移动时钟时，到期的重试、退款、过期会立刻发生。店铺的时钟不由这里管。'),
  ],
};

const move = (desk, seconds) => desk.attempt(() => post('/clock', { offset_seconds: seconds }));

function ahead(seconds) {
  const whole = Math.round(seconds);
  if (!whole) return '0 秒';
  return `${Math.trunc(whole / 86400)} 天 ${Math.trunc((whole % 86400) / 3600)} 小时 ${Math.trunc((whole % 3600) / 60)} 分`;
}

export const quotasSection = {
  id: 'quotas',
  words: '配额',
  form: (desk) => h('div', { class: 'card' }, form([
    { name: 'path', words: '接口', hint: '/cgi-bin/message/subscribe/send' }, { name: 'limit', words: '次数', type: 'number', value: '3' }, { name: 'seconds', words: '每多少秒', type: 'number', value: '86400' },
  ], '改小配额', (told) => desk.attempt(() => post('/quotas', told)))),
  load: () => get('/quotas'),
  draw: (quotas) => table(['接口', '上限', '已用', '超出时'], quotas.map((each) => row([
    h('code', {}, each.path), `${each.limit} / ${spanOf(each.seconds)}${each.shrunk ? '（已改小）' : ''}`, Object.values(each.used).join(' · '), String(each.errcode)]))),
};

const spanOf = (seconds) => ({ 1: '秒', 60: '分钟', 86400: '天' })[seconds] ?? `${seconds} 秒`;
