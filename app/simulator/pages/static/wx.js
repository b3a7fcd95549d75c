// What a mini-program may ask of the phone: {id, api, args} is answered by {id, ok, result}.

import { post } from './api.js';
import { cardBag, cardsNamed } from './bag.js';
import { confirmGoods } from './bills.js';
import { accountChat, helpdeskChat } from './chats.js';
import { face, groupFace, h, icon } from './dom.js';
import { payBySheet, transferBySheet } from './money_sheets.js';
import { scanFor } from './scan.js';

export async function call(phone, one, api, args) {
  const doing = Object.hasOwn(APIS, api) ? APIS[api] : null;
  if (!doing) return { ok: false, result: { errMsg: `${api}:fail not supported` } };
  try {
    const result = { errMsg: `${api}:ok`, ...await doing(phone, one, args) };
    return { ok: result.errMsg.includes(':ok'), result };
  } catch (refused) {
    return { ok: false, result: { errMsg: `${api}:fail ${refused.message}` } };
  }
}

const at = (phone, one, rest, body = {}) => post(phone.path(rest), { appid: one.app.appid, ...body });
const failed = (api, why = 'cancel') => ({ errMsg: `${api}:fail ${why}` });

export const APIS = {
  getLaunchOptions: (phone, one) => one.options,
  login: (phone, one) => at(phone, one, '/login'),
  checkSession: () => ({}),
  getPhoneNumber,
  getUserProfile: (phone, one) => at(phone, one, '/profile'),
  getGroupEnterInfo: (phone, one, args) => at(phone, one, '/group-enter', { group: args.group ?? one.options.group }),
  authPrivateMessage: (phone, one, args) => post(phone.path('/auth-private-message'), args),
  requestPayment: (phone, one, args) => payBySheet(phone, args),
  requestMerchantTransfer: (phone, one, args) => transferBySheet(phone, args),
  requestSubscribeMessage,
  addCard,
  openCard: (phone) => { phone.miniPrograms.hide(); phone.push(cardBag()); },
  sendCoupon: (phone, one, args) => post(phone.path('/send-coupon'), args),
  openBusinessView,
  shareAppMessage,
  scanCode: async (phone) => await scanFor(phone) ?? failed('scanCode'),
  openCustomerServiceChat,
  openOfficialAccountChat: (phone, one, args) => { phone.miniPrograms.hide(); phone.push(accountChat(args.appid)); },
  navigateToMiniProgram: (phone, one, args) => {
    const [path = '', query = ''] = (args.path ?? '').split('?');
    phone.miniPrograms.launch({ appid: args.appId, path, query, scene: 1037 });
  },
  exitMiniProgram: (phone) => phone.miniPrograms.hide(),
  setNavigationBar: (phone, one, args) => phone.miniPrograms.dress(one, args),
  setNavigationBarTitle: (phone, one, args) => { one.title.textContent = args.title ?? ''; },
};

async function getPhoneNumber(phone, one) {
  const yes = await phone.sheet((end) => [
    asker(one, '申请获取并验证你的手机号'),
    h('p', { class: 'number' }, phone.state.person.phone, h('small', {}, '微信绑定号码')),
    h('div', { class: 'two' }, h('button', { onclick: () => end(null) }, '不允许'), h('button', { class: 'yes', onclick: () => end(true) }, '允许')),
  ]);
  if (!yes) return failed('getPhoneNumber', 'user deny');
  const sealed = await at(phone, one, '/phone-encrypted').catch(() => ({}));
  return { ...sealed, ...await at(phone, one, '/phone-code') };
}

function asker(one, words) {
  return [h('div', { class: 'asker' }, h('span', { class: 'small mini' }, icon('mini')), one.app.name, ' 申请'), h('h2', {}, words)];
}

async function requestSubscribeMessage(phone, one, args) {
  const ids = args.tmplIds ?? [];
  const kept = phone.state.settings.find((each) => each.appid === one.app.appid)?.templates ?? {};
  const open = ids.filter((each) => !(each in kept) && each in one.app.templates);
  const wishes = open.length ? await phone.sheet((end) => subscribeSheet(one, open, end)) : {};
  const refused = Object.fromEntries(open.map((each) => [each, false]));
  const told = await at(phone, one, '/subscribe', { template_ids: ids, accept: wishes ?? refused });
  await phone.refresh();
  return told;
}

function subscribeSheet(one, ids, end) {
  const boxes = ids.map((id) => [id, h('input', { type: 'checkbox', checked: true })]);
  const always = h('input', { type: 'checkbox' });
  const answer = (agrees) => () => end(Object.fromEntries(boxes.map(([id, box]) => [id, wish(agrees && box.checked, always.checked)])));
  return [
    asker(one, '发送一次以下消息'),
    h('ul', { class: 'list pick' }, boxes.map(([id, box]) => h('li', {}, h('label', {}, box, h('span', { class: 'words' }, h('b', {}, one.app.templates[id].title), h('small', {}, Object.values(one.app.templates[id].fields).join('、'))))))),
    h('label', { class: 'always' }, always, '总是保持以上选择，不再询问'),
    h('div', { class: 'two' }, h('button', { onclick: answer(false) }, '取消'), h('button', { class: 'yes', onclick: answer(true) }, '允许')),
  ];
}

const wish = (accepts, keeps) => (keeps ? (accepts ? 'always' : 'never') : accepts);

async function addCard(phone, one, args) {
  const list = args.cardList ?? [];
  const cards = await cardsNamed(list.map((each) => each.cardId));
  const yes = !cards.length || await phone.sheet((end) => [
    h('h2', {}, '领取卡券'),
    cards.map((card) => h('div', { class: 'card', style: { background: card.color_value } }, h('span', { class: 'brand' }, h('i', { class: 'logo' }, [...(card.brand_name || '卡')][0]), card.brand_name), h('b', {}, card.title), h('small', {}, card.card_type_words))),
    h('div', { class: 'two' }, h('button', { onclick: () => end(null) }, '取消'), h('button', { class: 'yes', onclick: () => end(true) }, '添加到卡包')),
  ]);
  if (!yes) return failed('addCard');
  const told = await post(phone.path('/add-card'), { cardList: list });
  phone.toast(told.errMsg === 'addCard:ok' ? '已添加到卡包' : told.errMsg);
  await phone.refresh();
  return told;
}

// The business views that matter to a shop: taking a product coupon, confirming goods.
async function openBusinessView(phone, one, args) {
  const data = args.extraData ?? {};
  if (args.businessType === 'weappOrderConfirm') return confirmOrder(phone, data);
  const token = data.token ?? new URLSearchParams(args.queryString ?? '').get('token');
  if (!token) return failed('openBusinessView', 'not supported');
  const told = await post(phone.path('/receive-product-coupon'), { token });
  phone.toast(told.received === 'not' ? told.errMsg : '已放入卡包');
  await phone.refresh();
  return told;
}

async function confirmOrder(phone, data) {
  const bill = phone.state.bills.find((each) => each.transaction_id === data.transaction_id || each.out_trade_no === data.merchant_trade_no);
  if (!bill) return failed('openBusinessView', 'no such order');
  const told = await confirmGoods(phone, bill);
  return { extraData: { status: told ? 'success' : 'cancel' } };
}

async function shareAppMessage(phone, one, args) {
  const chat = await phone.sheet((end) => [
    h('h2', {}, '转发给'),
    h('ul', { class: 'list pick' }, targets(phone).map((each) => h('li', {}, h('button', { onclick: () => end(each) }, each.people ? groupFace(each.people) : face(each.name), h('span', { class: 'words' }, each.name))))),
    h('button', { class: 'choice cancel', onclick: () => end(null) }, '取消'),
  ]);
  if (!chat) return failed('shareAppMessage');
  const card = { to: chat.to, title: args.title ?? one.app.name, path: args.path ?? one.options.path, image: args.imageUrl ?? '' };
  const more = Object.fromEntries(['activity_id', 'parameters', 'withShareTicket', 'private'].filter((each) => each in args).map((each) => [each, args[each]]));
  await at(phone, one, '/share', { ...card, ...more });
  await phone.refresh();
  phone.toast('已转发');
  return {};
}

function targets(phone) {
  const groups = phone.state.chats.filter((each) => each.is_group).map((each) => ({ to: each.name, name: each.name, people: each.people }));
  return [...groups, ...phone.friends().map((name) => ({ to: name, name }))];
}

async function openCustomerServiceChat(phone, one, args) {
  await at(phone, one, '/enter', { session_from: args.sessionFrom ?? '' });
  phone.miniPrograms.hide();
  phone.push(helpdeskChat(one.app.appid));
}
