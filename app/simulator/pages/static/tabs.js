// The four tabs at the bottom: chats, contacts, discover, me.

import { conversations } from './conversations.js';
import { accountChat, friendChat } from './chats.js';
import { cardBag } from './bag.js';
import { billList } from './bills.js';
import { face, groupFace, h, icon, whenOf } from './dom.js';
import { followMenu, newChat } from './contacts.js';
import { messageSettings } from './settings.js';
import { scanner } from './scan.js';

const TABS = [
  ['chats', '微信', chatList],
  ['contacts', '通讯录', contacts],
  ['discover', '发现', discover],
  ['me', '我', me],
];

export function tabs(first = 'chats') {
  const view = {
    tab: first,
    title: (phone) => titleOf(view, phone),
    draw: (phone) => TABS.find(([name]) => name === view.tab)[2](phone),
    corner: (phone) => h('button', { class: 'corner', onclick: () => newChat(phone), 'aria-label': '添加' }, icon('plus')),
    foot: (phone) => tabBar(view, phone),
    live: (phone) => markTabs(view, phone),
  };
  return view;
}

function titleOf(view, phone) {
  const waiting = unreadOf(phone);
  const words = TABS.find(([name]) => name === view.tab)[1];
  if (view.tab === 'me') return '';
  return view.tab === 'chats' && waiting ? `${words}(${waiting})` : words;
}

function unreadOf(phone) {
  return conversations(phone.state).reduce((sum, each) => sum + phone.unread(each), 0);
}

function tabBar(view, phone) {
  const choose = (name) => { view.tab = name; phone.drawn = null; phone.draw(); };
  return h('nav', { class: 'tabbar' }, TABS.map(([name, words]) => (
    h('button', { 'data-tab': name, onclick: () => choose(name) }, icon(name), h('span', {}, words), h('em', { class: 'badge', hidden: true }))
  )));
}

function markTabs(view, phone) {
  for (const button of phone.foot.children) {
    const on = button.dataset.tab === view.tab;
    button.classList.toggle('on', on);
    const waiting = button.dataset.tab === 'chats' ? unreadOf(phone) : 0;
    button.lastChild.hidden = !waiting;
    button.lastChild.textContent = waiting > 99 ? '…' : waiting;
  }
}

function chatList(phone) {
  const talks = conversations(phone.state);
  if (!talks.length) return h('p', { class: 'empty' }, '还没有聊天。点右上角 ＋ 找人说话。');
  return h('ul', { class: 'list talks' }, talks.map((talk) => talkRow(phone, talk)));
}

function talkRow(phone, talk) {
  const waiting = phone.unread(talk);
  const look = talk.people ? groupFace(talk.people) : face(talk.name, talk.symbol);
  const badge = waiting ? h('em', { class: 'badge' }, waiting > 99 ? '…' : waiting) : null;
  return h('li', {}, h('button', { onclick: () => phone.push(talk.view()) },
    h('span', { class: `facebox ${talk.symbol ?? ''}` }, look, badge),
    h('span', { class: 'words' },
      h('span', { class: 'line' }, h('b', {}, talk.name), talk.at ? h('time', {}, whenOf(talk.at, phone.state.now)) : null),
      h('small', {}, talk.preview))));
}

function contacts(phone) {
  const { people, chats, accounts } = phone.state;
  const groups = chats.filter((each) => each.is_group);
  return [
    section('群聊', groups.map((each) => entry(groupFace(each.people), `${each.name} (${each.people.length})`, () => phone.push(friendChat(each.id))))),
    section('公众号', accounts.map((each) => entry(face(each.name, 'group'), each.name, () => openAccount(phone, each), each.following ? '已关注' : '未关注'))),
    section('朋友', people.map((each) => entry(face(each), each, () => phone.push(friendChat(each, each))))),
  ];
}

function openAccount(phone, account) {
  return account.following ? phone.push(accountChat(account.appid)) : followMenu(phone, account);
}

function section(title, rows) {
  return rows.length ? [h('h2', { class: 'grouphead' }, title), h('ul', { class: 'list' }, rows)] : null;
}

export function entry(look, words, onclick, value = '') {
  return h('li', {}, h('button', { onclick }, look, h('span', { class: 'words' }, words), value ? h('small', { class: 'value' }, value) : null, h('i', { class: 'arrow' })));
}

const small = (name, look = name) => h('span', { class: `small ${look}` }, icon(name));

function discover(phone) {
  const apps = phone.state.apps.filter((each) => each.kind === 'mp');
  return [
    h('ul', { class: 'list' }, entry(small('scan'), '扫一扫', () => phone.push(scanner()))),
    section('小程序', apps.map((each) => entry(small('mini'), each.name, () => phone.miniPrograms.launch({ appid: each.appid, scene: 1001 })))),
  ];
}

function me(phone) {
  const { person, cards, coupons } = phone.state;
  const usable = cards.filter((each) => each.state === 'NORMAL').length + coupons.filter((each) => !each.is_gone).length;
  return [
    h('section', { class: 'myself' }, face(person.name), h('div', {}, h('b', {}, person.name), h('small', {}, `手机号：${person.phone}`))),
    h('ul', { class: 'list' }, entry(small('pay'), '支付与账单', () => phone.push(billList()))),
    h('ul', { class: 'list' }, entry(small('cards'), '卡包', () => phone.push(cardBag()), usable ? `${usable} 张可用` : '')),
    h('ul', { class: 'list' }, entry(small('gear'), '消息与授权设置', () => phone.push(messageSettings()))),
    h('p', { class: 'hint' }, h('a', { href: '/' }, '换一个人的手机')),
  ];
}
