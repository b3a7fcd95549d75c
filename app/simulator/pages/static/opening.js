// Where a link, a scanned text or a name leads.

import { get, post } from './api.js';
import { cardBag, receiveCards } from './bag.js';
import { billList } from './bills.js';
import { accountChat, friendChat, payChat, servicesChat } from './chats.js';
import { messageSettings } from './settings.js';
import { scanner } from './scan.js';
import { authorize, webPage } from './webview.js';

const AUTHORIZE = '/connect/oauth2/authorize';
const SCREENS = { bag: cardBag, bills: billList, services: servicesChat, pay: payChat, scan: scanner, settings: messageSettings };

// ?open=: a tab, a screen, chat:<id>, oa:<appid>, mp:<appid>[/<page>], web:<address>.
export function opening(phone, wanted) {
  const [kind, ...rest] = wanted.split(':');
  const name = rest.join(':');
  if (Object.hasOwn(SCREENS, kind)) phone.push(SCREENS[kind]());
  else if (kind === 'chat') phone.push(friendChat(name, name.startsWith('group:') ? '' : name));
  else if (kind === 'oa') phone.push(accountChat(name));
  else if (kind === 'mp') toMiniProgram(phone, name);
  else if (kind === 'web') phone.push(webPage(name));
  else if (['contacts', 'discover', 'me'].includes(kind)) toTab(phone, kind);
  else phone.toast(`没有这一页：${wanted}`);
}

function toMiniProgram(phone, name) {
  const [appid, ...folders] = name.split('/');
  const [path, query = ''] = folders.join('/').split('?');
  phone.miniPrograms.launch({ appid, path, query, scene: 1001 });
}

function toTab(phone, tab) {
  phone.stack[0].tab = tab;
  phone.drawn = null;
  phone.draw();
}

// A link as it stands in a message: an address, or {miniprogram: {appid, pagepath}}.
export async function followLink(phone, link) {
  if (link?.miniprogram) {
    const { appid, pagepath = '' } = link.miniprogram;
    const [path, query = ''] = pagepath.split('?');
    return phone.miniPrograms.launch({ appid, path, query, scene: 1035 });
  }
  return followText(phone, String(link ?? ''));
}

export async function followText(phone, text) {
  if (text.includes(AUTHORIZE)) return authorize(phone, text, (place) => phone.push(webPage(place)));
  if (text.includes('/busifavor/getcouponinfo') || text.includes('getcouponinfo?')) return couponLink(phone, text);
  const known = (await get('/scannable')).find((each) => each.text === text || each.ticket === text);
  if (known) return followKnown(phone, known);
  if (/^https?:\/\//.test(text)) return phone.push(webPage(text));
  return phone.ask({ title: '扫描结果', words: text, yes: '好', no: '' });
}

export async function followKnown(phone, known) {
  if (known.kind === 'scene') return followScene(phone, known);
  if (known.kind === 'card') return receiveCards(phone, { ticket: known.ticket });
  const launch = await phone.attempt(() => post(phone.path('/open'), { link: known.text }));
  return launch && phone.miniPrograms.launch(launch);
}

async function followScene(phone, known) {
  const told = await phone.attempt(() => post(phone.path('/scan'), { appid: known.appid, ticket: known.ticket }));
  if (told?.result === 'nothing happened') return phone.toast('二维码已过期');
  return told && phone.push(accountChat(known.appid));
}

async function couponLink(phone, url) {
  const told = await phone.attempt(() => post(phone.path('/open-coupon-link'), { url }));
  const first = told?.send_coupon_result?.[0];
  if (told) phone.toast(first?.code === 'SUCCESS' ? '已放入卡包' : first?.message ?? told.msg ?? '领取失败');
}
