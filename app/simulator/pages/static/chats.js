// One chat as a screen: friends and groups, accounts with their menu, customer service, notices.

import { part, post } from './api.js';
import { billPage } from './bills.js';
import { moneyEntries } from './conversations.js';
import { accountEntry, bubble, cardBubble, noticeCard } from './bubbles.js';
import { face, h, icon, whenOf, yuan } from './dom.js';
import { followLink } from './opening.js';
import { confirmTransfer } from './money_sheets.js';

const FAR_SECONDS = 300;

export function friendChat(id, friend = '') {
  const find = (phone) => phone.state.chats.find((each) => each.id === id || (friend && !each.is_group && each.name === friend));
  const view = {
    key: friend ? '' : id,
    look: 'chat',
    fromBottom: true,
    title: (phone) => {
      const chat = find(phone);
      view.key = chat?.id ?? view.key;
      return chat?.is_group ? `${chat.name}(${chat.people.length})` : chat?.name ?? friend;
    },
    draw: (phone) => timed(phone, find(phone)?.messages ?? [], (each) => friendEntry(phone, id, each)),
    foot: (phone) => composer((text) => phone.attempt(() => post(phone.path(`/chats/${part(find(phone)?.id ?? id)}`), { text }))),
  };
  return view;
}

function friendEntry(phone, id, message) {
  const mine = message.from === phone.person;
  const named = id.startsWith('group:') && !mine ? h('small', { class: 'from' }, message.from) : null;
  const content = message.kind === 'card' ? cardBubble(message, () => tapCard(phone, id, message)) : bubble(message.text ?? '');
  return h('div', { class: `said ${mine ? 'mine' : ''}` }, face(message.from), h('div', {}, named, content));
}

async function tapCard(phone, id, message) {
  const chat = phone.state.chats.find((each) => each.messages.some((one) => one.id === message.id && one.at === message.at));
  const launch = await phone.attempt(() => post(phone.path(`/chats/${part(chat?.id ?? id)}/tap`), { message: message.id }));
  if (launch) phone.miniPrograms.launch(launch);
}

function timed(phone, messages, draw) {
  let last = 0;
  return messages.map((each) => {
    const far = each.at - last > FAR_SECONDS;
    last = each.at;
    return [far ? h('p', { class: 'moment' }, whenOf(each.at, phone.state.now)) : null, draw(each)];
  });
}

function composer(send, before = null) {
  const box = h('input', { 'aria-label': '说点什么', autocomplete: 'off' });
  const go = (event) => {
    event.preventDefault();
    const text = box.value.trim();
    box.value = '';
    if (text) send(text);
  };
  return h('form', { class: 'composer', onsubmit: go }, before, box, h('button', { class: 'send' }, '发送'));
}

export function accountChat(appid) {
  const find = (phone) => phone.state.accounts.find((each) => each.appid === appid);
  return {
    key: `oa:${appid}`,
    look: 'chat',
    fromBottom: true,
    title: (phone) => find(phone)?.name ?? '公众号',
    draw: (phone) => (find(phone) ? accountEntries(phone, find(phone), appid) : h('p', { class: 'empty' }, `没有这个公众号：${appid}`)),
    foot: (phone) => find(phone) && accountFoot(phone, find(phone), appid),
    corner: (phone) => find(phone) && h('button', { class: 'corner', onclick: () => accountMenu(phone, find(phone)), 'aria-label': '更多' }, icon('more')),
  };
}

function accountEntries(phone, account, appid) {
  const doings = {
    say: (text) => phone.attempt(() => post(phone.path('/say'), { appid, text })),
    open: (link) => followLink(phone, link),
    name: account.name,
  };
  return timed(phone, account.messages, (each) => accountEntry(phone, each, doings));
}

function accountFoot(phone, account, appid) {
  const say = (text) => phone.attempt(() => post(phone.path('/say'), { appid, text }));
  const buttons = account.menu?.button;
  if (!buttons?.length) return composer(say);
  const bar = h('div', { class: 'oamenu' });
  const toText = h('button', { class: 'swap', 'aria-label': '键盘', onclick: () => bar.replaceWith(typing) }, icon('chats'));
  const toMenu = h('button', { type: 'button', class: 'swap', 'aria-label': '菜单', onclick: () => typing.replaceWith(bar) }, icon('more'));
  const typing = composer(say, toMenu);
  bar.append(toText, ...buttons.map((each) => h('button', { onclick: () => press(phone, appid, each) }, each.sub_button?.length ? '≡ ' : '', each.name)));
  return h('div', {}, bar);
}

async function press(phone, appid, button) {
  if (button.sub_button?.length) {
    const chosen = await phone.menu(button.sub_button.map((each) => ({ words: each.name, value: each })));
    if (chosen) await press(phone, appid, chosen);
    return;
  }
  const key = button.key ?? button.url ?? button.pagepath ?? button.name;
  const scans = button.type?.startsWith('scancode');
  const found = scans ? await phone.ask({ title: '扫一扫', fields: [{ name: 'text', words: '码里的内容' }] }) : {};
  if (!found) return;
  const told = await phone.attempt(() => post(phone.path('/menu'), { appid, key: button.type === 'miniprogram' ? button.pagepath : key, scanned: found.text ?? '' }));
  if (told?.button?.type === 'view') followLink(phone, told.button.url);
  if (told?.button?.type === 'miniprogram') openPage(phone, told.button.appid, told.button.pagepath);
}

function openPage(phone, appid, page, scene = 1035) {
  const [path, query = ''] = page.split('?');
  phone.miniPrograms.launch({ appid, path, query, scene });
}

async function accountMenu(phone, account) {
  const following = account.following;
  const choices = following ? [{ words: '不再接收消息', value: 'block' }, { words: '取消关注', value: 'unfollow', look: 'danger' }] : [{ words: '关注', value: 'follow' }];
  const doing = await phone.menu(choices);
  if (!doing) return;
  await phone.attempt(() => post(phone.path(`/${doing}`), { appid: account.appid }), '好了');
  if (doing === 'unfollow') phone.home();
}

export function helpdeskChat(appid) {
  const find = (phone) => phone.state.helpdesks.find((each) => each.appid === appid);
  const name = (phone) => phone.state.apps.find((each) => each.appid === appid)?.name ?? '';
  const say = (phone) => (text) => phone.attempt(() => post(phone.path('/say'), { appid, text }));
  return {
    key: `kf:${appid}`,
    look: 'chat',
    fromBottom: true,
    title: (phone) => `${name(phone)} 客服`,
    draw: (phone) => timed(phone, find(phone)?.messages ?? [], (each) => (
      accountEntry(phone, each, { say: say(phone), open: (link) => followLink(phone, link), name: name(phone), page: (page) => openPage(phone, appid, page) }))),
    foot: (phone) => composer(say(phone)),
  };
}

export function servicesChat() {
  return {
    key: 'services',
    look: 'chat',
    fromBottom: true,
    title: '服务通知',
    draw: (phone) => timed(phone, phone.state.services.map((each) => ({ ...each, at: each.received_at })), (each) => serviceCard(phone, each)),
  };
}

function serviceCard(phone, message) {
  const app = phone.state.apps.find((each) => each.appid === message.appid);
  const lines = (message.fields ?? []).map((each) => [each.label, each.value]);
  const open = message.page ? () => openPage(phone, message.appid, message.page, 1014) : null;
  return noticeCard({ from: app?.name ?? '', title: message.title, lines, link: open && '进入小程序', onclick: open });
}

export function payChat() {
  return {
    key: 'pay',
    look: 'chat',
    fromBottom: true,
    title: '微信支付',
    draw: (phone) => timed(phone, moneyEntries(phone.state), (each) => MONEY[each.kind](phone, each)),
  };
}

const MONEY = {
  paid: (phone, { bill }) => noticeCard({
    from: '支付凭证', big: yuan(bill.total_fen), title: '付款金额', link: '账单详情',
    lines: [['收款方', bill.merchant], ['商品', bill.description], ['支付状态', '支付成功']],
    onclick: () => phone.push(billPage(bill.transaction_id)),
  }),
  refund: (phone, { bill, refund }) => noticeCard({
    from: '退款到账通知', big: yuan(refund.fen), title: '退款金额', link: '账单详情',
    lines: [['退款方', bill.merchant], ['商品', bill.description], ['退回', refund.to]],
    onclick: () => phone.push(billPage(bill.transaction_id)),
  }),
  transfer: (phone, { transfer }) => noticeCard({
    from: '商家转账', big: yuan(transfer.transfer_amount), title: TRANSFER_STATES[transfer.state] ?? transfer.state,
    lines: [['付款方', transfer.merchant], ['备注', transfer.remark], ...(transfer.perception ? [['收款原因', transfer.perception]] : [])],
    link: transfer.state === 'WAIT_USER_CONFIRM' ? '确认收款' : '',
    onclick: transfer.state === 'WAIT_USER_CONFIRM' ? () => confirmTransfer(phone, transfer) : null,
  }),
};

const TRANSFER_STATES = {
  ACCEPTED: '处理中', WAIT_USER_CONFIRM: '待你确认收款', PROCESSING: '到账中', TRANSFERING: '到账中', SUCCESS: '已收款', FAIL: '收款失败', CANCELLED: '已撤销', CANCELING: '撤销中',
};
