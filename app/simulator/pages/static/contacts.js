// Begin something with somebody: a chat, a group, an account.

import { post } from './api.js';
import { accountChat, friendChat } from './chats.js';
import { face, h } from './dom.js';
import { scanner } from './scan.js';

export async function newChat(phone) {
  const choice = await phone.menu([
    { words: '发起聊天', value: 'chat' }, { words: '发起群聊', value: 'group' }, { words: '扫一扫', value: 'scan' },
  ]);
  if (choice === 'scan') phone.push(scanner());
  if (choice === 'chat') await chatWith(phone);
  if (choice === 'group') await makeGroup(phone);
}

async function chatWith(phone) {
  const friend = await chooseFriend(phone, '和谁聊天？');
  if (friend) phone.push(friendChat(friend, friend));
}

export function chooseFriend(phone, title) {
  return phone.sheet((end) => [
    h('h2', {}, title),
    h('ul', { class: 'list pick' }, phone.state.people.map((name) => (
      h('li', {}, h('button', { onclick: () => end(name) }, face(name), h('span', { class: 'words' }, name))))),
    ),
    phone.state.people.length ? null : h('p', { class: 'empty' }, '还没有别的人'),
    h('button', { class: 'choice cancel', onclick: () => end(null) }, '取消'),
  ]);
}

async function makeGroup(phone) {
  const chosen = await phone.sheet((end) => groupForm(phone, end));
  if (!chosen?.people.length) return;
  const people = [phone.person, ...chosen.people];
  const name = chosen.name || people.join('、');
  const made = await phone.attempt(() => post('/groups', { name, people }));
  if (made) phone.push(friendChat(made.id));
}

function groupForm(phone, end) {
  const boxes = phone.state.people.map((name) => [name, h('input', { type: 'checkbox' })]);
  const name = h('input', { placeholder: '群名称', 'aria-label': '群名称' });
  const done = () => end({ name: name.value.trim(), people: boxes.filter(([, box]) => box.checked).map(([who]) => who) });
  return [
    h('h2', {}, '发起群聊'), name,
    h('ul', { class: 'list pick' }, boxes.map(([who, box]) => h('li', {}, h('label', {}, box, face(who), h('span', { class: 'words' }, who))))),
    h('div', { class: 'two' }, h('button', { onclick: () => end(null) }, '取消'), h('button', { class: 'yes', onclick: done }, '完成')),
  ];
}

export async function followMenu(phone, account) {
  const yes = await phone.ask({ title: account.name, words: '公众号 · 关注后可以收到它的消息', yes: '关注', no: '取消' });
  if (!yes) return;
  const told = await phone.attempt(() => post(phone.path('/follow'), { appid: account.appid }), '已关注');
  if (told) phone.push(accountChat(account.appid));
}
