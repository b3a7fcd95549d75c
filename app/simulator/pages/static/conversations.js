// Everything that stands in the list of chats, newest first.

import { yuan } from './dom.js';
import { accountChat, friendChat, helpdeskChat, payChat, servicesChat } from './chats.js';

const WORDS = {
  image: '[图片]', voice: '[语音]', video: '[视频]', location: '[位置]', link: '[链接]',
  service_image: '[图片]', service_voice: '[语音]', service_news: '[图文消息]', service_wxcard: '[卡券]',
  service_miniprogrampage: '[小程序]', service_msgmenu: '[菜单消息]', reply_news: '[图文消息]', reply_image: '[图片]',
};

export function conversations(state) {
  const talks = [...friends(state), ...services(state), ...payments(state), ...accounts(state), ...helpdesks(state)];
  return talks.sort((one, other) => other.at - one.at);
}

function friends(state) {
  const me = state.person.name;
  return state.chats.map((chat) => ({
    key: chat.id,
    name: chat.name,
    people: chat.is_group ? chat.people : null,
    preview: chat.last ? previewOf(chat.last, chat.is_group && chat.last.from !== me) : '',
    at: chat.last?.at ?? 0,
    arrived: chat.messages.filter((each) => each.from !== me).length,
    view: () => friendChat(chat.id),
  }));
}

function previewOf(message, named) {
  const words = message.kind === 'card' ? `[小程序] ${message.title}` : message.text ?? '';
  return named ? `${message.from}: ${words}` : words;
}

function services(state) {
  const last = state.services.at(-1);
  if (!last) return [];
  const app = state.apps.find((each) => each.appid === last.appid);
  return [{
    key: 'services',
    name: '服务通知',
    symbol: 'bell',
    preview: `${app?.name ?? ''}: ${last.title}`,
    at: last.received_at,
    arrived: state.services.length,
    view: servicesChat,
  }];
}

export function moneyEntries(state) {
  const entries = [];
  for (const bill of state.bills) {
    entries.push({ kind: 'paid', at: bill.paid_at, bill });
    for (const refund of bill.refunds) {
      if (refund.status === 'SUCCESS') entries.push({ kind: 'refund', at: refund.at, bill, refund });
    }
  }
  for (const transfer of state.transfers) entries.push({ kind: 'transfer', at: Date.parse(transfer.create_time) / 1000, transfer });
  return entries.sort((one, other) => one.at - other.at);
}

const MONEY_WORDS = {
  paid: (entry) => `支付成功 ${yuan(entry.bill.total_fen)}`,
  refund: (entry) => `退款到账 ${yuan(entry.refund.fen)}`,
  transfer: (entry) => `商家转账 ${yuan(entry.transfer.transfer_amount)}`,
};

function payments(state) {
  const entries = moneyEntries(state);
  const last = entries.at(-1);
  if (!last) return [];
  return [{
    key: 'pay',
    name: '微信支付',
    symbol: 'pay',
    preview: MONEY_WORDS[last.kind](last),
    at: last.at,
    arrived: entries.length,
    view: payChat,
  }];
}

function accounts(state) {
  return state.accounts.filter((each) => each.following || each.messages.length).map((account) => ({
    ...talkOf(account, 'group'),
    key: `oa:${account.appid}`,
    view: () => accountChat(account.appid),
  }));
}

function helpdesks(state) {
  return state.helpdesks.map((desk) => ({
    ...talkOf({ ...desk, name: `${desk.name} 客服` }, 'desk'),
    key: `kf:${desk.appid}`,
    view: () => helpdeskChat(desk.appid),
  }));
}

function talkOf(account, symbol) {
  const last = account.messages.at(-1);
  return {
    name: account.name,
    symbol,
    preview: last ? wordsOf(last) : '已关注',
    at: last?.at ?? 0,
    arrived: account.messages.filter((each) => each.by !== 'me').length,
  };
}

function wordsOf(entry) {
  return entry.title ?? entry.text ?? entry.content?.content ?? entry.reply?.Content ?? entry.content?.title ?? WORDS[entry.kind] ?? '[消息]';
}
