// The card bag: cards of official accounts, merchants' coupons and product coupons.

import { get, part, post } from './api.js';
import { chooseFriend } from './contacts.js';
import { dayOf, h, icon, momentOf, yuan } from './dom.js';
import { followLink } from './opening.js';

const COUPON_STATES = {
  SENDED: '可使用', EFFECTIVE: '可使用', USED: '已使用', EXPIRED: '已过期', DELETED: '已删除', DEACTIVATED: '已失效', CONFIRMING: '待确认', UNACTIVATED: '未激活',
};
const PLAIN_COLOURS = /^(#[0-9a-fA-F]{6})$/;
const NAMED_COLOURS = { COLOR010: '#63b359', COLOR020: '#2c9f67', COLOR030: '#509fc9', COLOR040: '#5885cf', COLOR050: '#9062c0', COLOR060: '#d09a45', COLOR070: '#e4b138', COLOR080: '#ee903c', COLOR090: '#dd6549', COLOR100: '#cc463d' };

export function cardBag() {
  const view = {
    title: '卡包',
    look: 'bag',
    tab: 'usable',
    draw: (phone) => [
      h('div', { class: 'segments' }, [['usable', '可用'], ['members', '会员卡'], ['gone', '历史']].map(([name, words]) => (
        h('button', { class: view.tab === name ? 'on' : '', onclick: () => { view.tab = name; phone.redraw(view); } }, words)))),
      gifts(phone),
      chosen(phone, view.tab),
    ],
  };
  return view;
}

function chosen(phone, tab) {
  const cards = phone.state.cards.map((each) => ({ each, gone: each.state !== 'NORMAL' && each.state !== 'GIFTING', member: Boolean(each.membership) }));
  const coupons = phone.state.coupons.map((each) => ({ each, gone: each.is_gone, member: false, coupon: true }));
  const fits = { usable: (one) => !one.gone && !one.member, members: (one) => one.member && !one.gone, gone: (one) => one.gone };
  const listed = [...coupons, ...cards].filter(fits[tab]);
  if (!listed.length) return h('p', { class: 'empty' }, tab === 'gone' ? '没有历史卡券' : '暂无卡券');
  return listed.map((one) => (one.coupon ? couponFace(phone, one.each) : cardFace(phone, one.each)));
}

const colour = (told) => NAMED_COLOURS[String(told).toUpperCase()] ?? (PLAIN_COLOURS.test(told) ? told : '#ee903c');

function cardFace(phone, card) {
  const member = card.membership;
  const until = card.end_at ? `有效期至 ${dayOf(card.end_at)}` : '长期有效';
  return h('button', { class: `card ${card.state !== 'NORMAL' ? 'dim' : ''} ${member ? 'member' : ''}`, style: { background: colour(card.color_value) }, onclick: () => phone.push(cardPage(card.card_id, card.code)) },
    h('span', { class: 'brand' }, h('i', { class: 'logo' }, [...(card.brand_name || '卡')][0]), card.brand_name),
    h('b', {}, card.title),
    h('small', {}, member ? memberWords(member) : `${card.card_type_words} · ${until}`),
    card.state === 'NORMAL' ? null : h('em', {}, card.state_words));
}

const memberWords = (member) => (member.active ? `积分 ${member.bonus}${member.balance_fen ? ` · 余额 ${yuan(member.balance_fen)}` : ''}` : '点击激活');

function couponFace(phone, coupon) {
  return h('button', { class: `card ${coupon.is_gone ? 'dim' : ''}`, style: { background: colour(coupon.colour) }, onclick: () => phone.push(couponPage(coupon.kind, coupon.code, coupon.stock_id)) },
    h('span', { class: 'brand' }, h('i', { class: 'logo' }, [...(coupon.merchant || '商')][0]), coupon.merchant),
    h('b', {}, coupon.title),
    h('small', {}, `${coupon.kind === 'busifavor' ? '商家券' : '商品券'} · 有效期至 ${coupon.ends_at.slice(0, 10)}`),
    coupon.is_gone ? h('em', {}, COUPON_STATES[coupon.state] ?? coupon.state) : null);
}

function gifts(phone) {
  const coming = phone.state.gifts.filter((each) => each.status === 'open');
  return coming.map((gift) => h('div', { class: 'giftrow' }, icon('gift'),
    h('span', {}, h('b', {}, gift.title), h('small', {}, gift.giver === phone.person ? `送给 ${gift.friend || '朋友'}，等待领取` : `${gift.giver} 送给你`)),
    gift.giver === phone.person ? giftButton(phone, gift, 'return', '收回') : giftButton(phone, gift, 'accept', '领取')));
}

function giftButton(phone, gift, doing, words) {
  return h('button', { onclick: () => phone.attempt(() => post(phone.path(`/card-gifts/${part(gift.gift_id)}/${doing}`)), '好了') }, words);
}

function cardPage(cardId, code) {
  const find = (phone) => phone.state.cards.find((each) => each.card_id === cardId && each.code === code);
  const base = (phone) => phone.path(`/cards/${part(cardId)}/${part(code)}`);
  let looked = false;
  return {
    title: '卡券详情',
    look: 'bag',
    draw: (phone) => {
      const card = find(phone);
      if (!looked) { looked = true; post(`${base(phone)}/view`).catch(() => null); }
      return card ? cardDetails(phone, card, base(phone)) : h('p', { class: 'empty' }, '这张卡券已不在卡包里');
    },
  };
}

function cardDetails(phone, card, base) {
  const usable = card.state === 'NORMAL';
  const term = card.end_at ? `${dayOf(card.begin_at)} 至 ${dayOf(card.end_at)}` : '长期有效';
  return [
    h('section', { class: 'cardpage', style: { background: colour(card.color_value) } },
      h('div', { class: 'ticket' },
        h('span', { class: 'brand' }, h('i', { class: 'logo' }, [...(card.brand_name || '卡')][0]), card.brand_name),
        h('h2', {}, card.title), card.sub_title ? h('p', {}, card.sub_title) : null,
        card.membership ? memberBox(phone, card, base) : null,
        usable ? codeBox(card.code, card.code_type) : h('p', { class: 'over' }, card.state_words),
        h('p', { class: 'term' }, term), h('p', { class: 'notes' }, card.notice))),
    h('ul', { class: 'list' },
      card.links.map((link) => row(link.title, () => followCardLink(phone, link), link.sub_title)),
      usable && card.can_give_friend && !card.membership ? row('赠送给朋友', () => give(phone, base)) : null,
      usable && card.self_consume ? row('自助核销', () => selfConsume(phone, base)) : null,
      usable && card.pay_cell ? row('微信支付', () => payFromCard(phone, base)) : null,
      row('进入公众号', () => session(phone, card, base)),
      row('删除', () => drop(phone, `${base}/delete`), '', 'danger')),
    h('p', { class: 'hint' }, card.description),
    card.from_friend ? h('p', { class: 'hint' }, `来自朋友 ${card.from_friend}`) : null,
  ];
}

function row(words, onclick, value = '', look = '') {
  return h('li', {}, h('button', { class: look, onclick }, h('span', { class: 'words' }, words), value ? h('small', { class: 'value' }, value) : null, h('i', { class: 'arrow' })));
}

const BARS = new Set(['CODE_TYPE_BARCODE', 'CODE_TYPE_ONLY_BARCODE', 'BARCODE']);
const NO_TEXT = new Set(['CODE_TYPE_ONLY_QRCODE', 'CODE_TYPE_ONLY_BARCODE']);

function codeBox(code, type) {
  if (type === 'CODE_TYPE_NONE' || type === 'INVISIBLE') return null;
  const text = NO_TEXT.has(type) ? null : h('code', {}, code.replace(/(.{4})(?=.)/g, '$1 '));
  if (type === 'CODE_TYPE_TEXT') return h('div', { class: 'codebox' }, text);
  const kind = BARS.has(type) ? 'barcode' : 'qr';
  return h('div', { class: 'codebox' }, h('img', { class: kind, src: `/_sim/${kind}.svg?text=${part(code)}`, alt: code }), text);
}

function memberBox(phone, card, base) {
  const member = card.membership;
  if (member.active) {
    return h('div', { class: 'memberbox' }, h('span', {}, h('b', {}, member.bonus), '积分'), h('span', {}, h('b', {}, yuan(member.balance_fen)), '余额'), h('span', {}, h('b', {}, member.number || '—'), '会员号'));
  }
  const elsewhere = () => (member.activate_url ? followLink(phone, member.activate_url) : phone.toast('商家没有设置激活方式'));
  const open = () => (member.one_tap ? fillForm(phone, member, base) : elsewhere());
  return h('button', { class: 'activate', onclick: open }, '激活会员卡');
}

async function fillForm(phone, member, base) {
  const required = member.form?.required_form?.common_field_id_list ?? ['USER_FORM_INFO_FLAG_MOBILE'];
  const fields = required.map((name) => ({ name, words: name.replace('USER_FORM_INFO_FLAG_', ''), value: name.endsWith('MOBILE') ? phone.state.person.phone : '' }));
  const answers = await phone.ask({ title: '填写会员信息', yes: '激活', fields });
  if (answers) await phone.attempt(() => post(`${base}/activate`, { answers }), '已激活');
}

function followCardLink(phone, link) {
  const app = phone.state.apps.find((each) => each.kind === 'mp');
  if (!link.mini_program || !app) return followLink(phone, link.url);
  return followLink(phone, { miniprogram: { appid: app.appid, pagepath: link.page } });
}

async function give(phone, base) {
  const friend = await chooseFriend(phone, '赠送给');
  if (friend) await phone.attempt(() => post(`${base}/gift`, { friend }), `已送出，等待 ${friend} 领取`);
}

async function selfConsume(phone, base) {
  const typed = await phone.ask({ title: '自助核销', words: '请在店员面前操作', fields: [{ name: 'verify_code', words: '验证码（如需要）' }, { name: 'remark_amount', words: '备注金额（如需要）' }] });
  if (typed) await phone.attempt(() => post(`${base}/self-consume`, typed), '已核销');
}

async function payFromCard(phone, base) {
  const typed = await phone.ask({ title: '向商家付款', fields: [{ name: 'yuan', words: '金额（元）' }], yes: '付款' });
  const feeFen = Math.round(Number(typed?.yuan) * 100);
  if (feeFen > 0) await phone.attempt(() => post(`${base}/pay`, { fee_fen: feeFen }), '已付款');
}

async function session(phone, card, base) {
  await phone.attempt(() => post(`${base}/session`));
  phone.open(`oa:${card.appid}`);
}

async function drop(phone, path, body = {}) {
  const sure = await phone.ask({ title: '删除卡券', words: '删除后不能恢复', yes: '删除' });
  if (sure && await phone.attempt(() => post(path, body), '已删除')) phone.pop();
}

function couponPage(kind, code, stockId) {
  const find = (phone) => phone.state.coupons.find((each) => each.kind === kind && each.code === code && each.stock_id === stockId);
  return {
    title: kind === 'busifavor' ? '商家券' : '商品券',
    look: 'bag',
    draw: (phone) => couponDetails(phone, find(phone)),
  };
}

function couponDetails(phone, coupon) {
  if (!coupon) return h('p', { class: 'empty' }, '这张券已不在卡包里');
  const target = coupon.mini_program.appid ? { miniprogram: { appid: coupon.mini_program.appid, pagepath: coupon.mini_program.path } } : null;
  return [
    h('section', { class: 'cardpage', style: { background: colour(coupon.colour) } },
      h('div', { class: 'ticket' },
        h('span', { class: 'brand' }, h('i', { class: 'logo' }, [...(coupon.merchant || '商')][0]), coupon.merchant),
        h('h2', {}, coupon.title),
        coupon.is_gone ? h('p', { class: 'over' }, COUPON_STATES[coupon.state] ?? coupon.state) : codeBox(coupon.code, coupon.code_shown_as),
        h('p', { class: 'term' }, `${coupon.begins_at.slice(0, 10)} 至 ${coupon.ends_at.slice(0, 10)}`),
        h('p', { class: 'notes' }, coupon.description))),
    h('ul', { class: 'list' },
      target && !coupon.is_gone ? row('立即使用', () => followLink(phone, target)) : null,
      row('删除', () => drop(phone, phone.path(`/coupons/${coupon.kind}/${part(coupon.code)}/delete`), { stock_id: coupon.stock_id }), '', 'danger')),
    h('p', { class: 'hint' }, `领取于 ${momentOf(Date.parse(coupon.received_at) / 1000)}`),
  ];
}

// Cards behind a code or a shelf: shown when they came.
export async function receiveCards(phone, asked) {
  const told = await phone.attempt(() => post(phone.path('/receive-card'), asked));
  if (told) phone.push(cardPage(told.cards[0].card_id, told.cards[0].code));
}

export async function cardsNamed(ids) {
  const { cards } = await get('/cards');
  return ids.map((id) => cards.find((each) => each.card_id === id)).filter(Boolean);
}
