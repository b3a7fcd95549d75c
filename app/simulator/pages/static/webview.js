// WeChat's own browser: a page of this machine in a frame, and what WeChat does for such a page.

import { post } from './api.js';
import { face, groupFace, h, icon } from './dom.js';
import { payBySheet } from './money_sheets.js';
import { scanFor } from './scan.js';

const NEAR = /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?(\/|\?|$)/;

export function webPage(url) {
  const page = { url, share: null, host: h('span', {}, hostOf(url)) };
  const reload = () => { page.frame.src = url; };
  return {
    title: '网页', still: true, look: 'webview',
    corner: (phone) => h('button', { class: 'corner', onclick: () => menu(phone, page, reload), 'aria-label': '网页菜单' }, icon('more')),
    draw: (phone) => [h('p', { class: 'address' }, page.host, ' ', h('a', { href: url, target: '_blank', rel: 'noreferrer' }, '在浏览器打开')), near(url) ? frameOf(phone, page) : far(url)],
  };
}

const near = (url) => NEAR.test(url) && new URL(url).origin !== location.origin;
const hostOf = (url) => { try { return new URL(url).host; } catch { return url; } };
const far = (url) => [h('p', { class: 'empty' }, '这个网页不在本机，这里不打开它。'), h('p', { class: 'address' }, url)];

// A screen may be drawn anew: each frame hears what its own page says.
function frameOf(phone, page) {
  const frame = h('iframe', { class: 'web', name: `wechat:${phone.person}`, src: page.url, sandbox: 'allow-scripts allow-forms allow-same-origin', title: '网页' });
  const hear = (event) => {
    if (!frame.isConnected) return removeEventListener('message', hear);
    if (event.source !== frame.contentWindow || typeof event.data !== 'object' || event.data === null) return undefined;
    if (typeof event.data.authorize === 'string' && event.origin === location.origin) return authorize(phone, event.data.authorize, (place) => { frame.src = place; });
    if (event.data.bridge === 'begin') page.isVerified = false;
    else if (typeof event.data.bridge === 'string') answer(phone, page, event);
    return undefined;
  };
  addEventListener('message', hear);
  page.frame = frame;
  return frame;
}

/** The account asks who is there; `go` is given the address of the page that wanted to know. */
export async function authorize(phone, url, go) {
  const asks = await phone.attempt(() => post(phone.path('/authorize-sheet'), { url }));
  if (!asks) return;
  const agrees = asks.scope === 'snsapi_base' ? true : await consent(phone, asks);
  if (agrees === null) return;
  const told = await phone.attempt(() => post(phone.path('/authorize'), { url, agrees }));
  if (told) go(told.location);
}

function consent(phone, asks) {
  return phone.sheet((end) => [
    h('div', { class: 'asker' }, h('span', { class: 'small group' }, icon('group')), asks.app, ' 申请'),
    h('h2', {}, '获取你的昵称、头像'),
    h('p', {}, `${phone.person} · 微信个人信息`),
    h('div', { class: 'two' }, h('button', { onclick: () => end(false) }, '拒绝'), h('button', { class: 'yes', onclick: () => end(true) }, '允许')),
  ]);
}

// What WeixinJSBridge.invoke may ask; jsbridge.js carries it over the frame's edge.
const BRIDGE = {
  preVerifyJSAPI: (phone, page, args, url) => verified(phone, page, args, url),
  checkJsApi: (phone, page, args) => ({ checkResult: Object.fromEntries((args.jsApiList ?? []).map((each) => [each, Object.hasOwn(BRIDGE, each)])) }),
  getBrandWCPayRequest: async (phone, page, args) => ({ err_msg: (await payBySheet(phone, args)).errMsg.replace('requestPayment', 'get_brand_wcpay_request') }),
  scanQRCode: async (phone) => { const found = await scanFor(phone); return found ? { resultStr: found.result } : { err_msg: 'scanQRCode:cancel' }; },
  updateAppMessageShareData: (phone, page, args) => { page.share = args; },
  updateTimelineShareData: () => ({}),
  hideMenuItems: () => ({}),
  showMenuItems: () => ({}),
  closeWindow: (phone) => phone.pop(),
};

async function answer(phone, page, { data, source, origin }) {
  const { bridge: api, id, args = {}, url } = data;
  const tell = (result) => source.postMessage({ bridgeAnswer: id, result }, origin);
  if (!Object.hasOwn(BRIDGE, api)) return tell({ err_msg: `${api}:fail not supported` });
  // Only a page whose signature was right may ask for the rest.
  if (!page.isVerified && !['preVerifyJSAPI', 'checkJsApi', 'getBrandWCPayRequest'].includes(api)) return tell({ err_msg: `${api}:fail permission denied` });
  try {
    return tell({ err_msg: `${api}:ok`, ...await BRIDGE[api](phone, page, args, url) });
  } catch (refused) {
    return tell({ err_msg: `${api}:fail ${refused.message}` });
  }
}

async function verified(phone, page, args, url) {
  const asked = { appid: args.verifyAppId, url, timestamp: args.verifyTimestamp, noncestr: args.verifyNonceStr, signature: args.verifySignature };
  const { valid } = await post(phone.path('/page-config'), asked);
  page.isVerified = valid;
  return valid ? {} : { err_msg: 'preVerifyJSAPI:fail invalid signature' };
}

async function menu(phone, page, reload) {
  const choice = await phone.menu([{ words: '发送给朋友', value: 'share' }, { words: '刷新', value: 'reload' }]);
  if (choice === 'reload' && page.frame) reload();
  if (choice !== 'share') return;
  const { title = hostOf(page.url), link = page.url } = page.share ?? {};
  const chat = await chooseChat(phone);
  if (chat) await phone.attempt(() => post(phone.path(`/chats/${encodeURIComponent(chat)}`), { text: `${title} ${link}` }), '已发送');
}

function chooseChat(phone) {
  const groups = phone.state.chats.filter((each) => each.is_group).map((each) => [each.id, groupFace(each.people), each.name]);
  const friends = phone.friends().map((name) => [name, face(name), name]);
  return phone.sheet((end) => [
    h('h2', {}, '发送给'),
    h('ul', { class: 'list pick' }, [...groups, ...friends].map(([id, look, name]) => h('li', {}, h('button', { onclick: () => end(id) }, look, h('span', { class: 'words' }, name))))),
    h('button', { class: 'choice cancel', onclick: () => end(null) }, '取消'),
  ]);
}
