// Without a mini-program: call its functions by hand and read the answers.

import { h, icon } from './dom.js';
import { call } from './wx.js';

const EXAMPLES = {
  login: '{}',
  requestPayment: '{"timeStamp": "", "nonceStr": "", "package": "prepay_id=", "signType": "RSA", "paySign": ""}',
  requestSubscribeMessage: '{"tmplIds": []}',
  getPhoneNumber: '{}',
  addCard: '{"cardList": [{"cardId": "", "cardExt": "{}"}]}',
  shareAppMessage: '{"title": "送你一张券", "path": "pages/index/index"}',
  scanCode: '{}',
  requestMerchantTransfer: '{"mchId": "", "appId": "", "package": ""}',
  openCustomerServiceChat: '{"sessionFrom": ""}',
  openBusinessView: '{"businessType": "weappOrderConfirm", "extraData": {"transaction_id": ""}}',
  sendCoupon: '{"send_coupon_params": [], "sign": "", "send_coupon_merchant": ""}',
  getUserProfile: '{}',
};
const WORDS = {
  login: '登录', requestPayment: '支付', requestSubscribeMessage: '订阅消息', getPhoneNumber: '手机号', addCard: '领卡券', shareAppMessage: '转发',
  scanCode: '扫码', requestMerchantTransfer: '商家转账', openCustomerServiceChat: '客服', openBusinessView: '业务组件', sendCoupon: '发券组件', getUserProfile: '头像昵称',
};

export function developerConsole(phone, one) {
  const log = h('div', { class: 'log' });
  const box = h('textarea', { rows: '4', spellcheck: 'false', 'aria-label': '参数（JSON）' });
  const name = h('code', {});
  const opened = h('pre', {});
  const choose = (api) => { name.textContent = api; box.value = pretty(exampleOf(api, one)); };
  const run = () => invoke(phone, one, name.textContent, box.value, log);
  one.show = (options) => { opened.textContent = pretty(JSON.stringify(options)); };
  one.show(one.options);
  choose('login');
  return h('div', { class: 'console' },
    h('div', { class: 'vacant' }, icon('mini'), h('b', {}, '小程序的位置'), h('p', {}, '设置里的 mini_program_slot_url 为空，所以这里没有小程序。可以用下面的控制台，替它调用 wx 的接口。')),
    h('h3', {}, '启动参数'), opened,
    h('h3', {}, '接口'),
    h('div', { class: 'apis' }, Object.keys(EXAMPLES).map((api) => h('button', { title: `wx.${api}`, onclick: () => choose(api) }, WORDS[api]))),
    h('p', { class: 'calling' }, 'wx.', name), box,
    h('button', { class: 'wide yes', onclick: run }, '调用'), log);
}

function exampleOf(api, one) {
  if (api !== 'requestSubscribeMessage') return EXAMPLES[api];
  return JSON.stringify({ tmplIds: Object.keys(one.app.templates).slice(0, 3) });
}

const pretty = (text) => JSON.stringify(JSON.parse(text), null, 1);

async function invoke(phone, one, api, text, log) {
  let args;
  try {
    args = JSON.parse(text || '{}');
  } catch {
    return phone.toast('参数不是 JSON');
  }
  const answer = await call(phone, one, api, args);
  log.prepend(h('pre', { class: answer.ok ? 'good' : 'bad' }, `wx.${api} → ${JSON.stringify(answer.result, null, 1)}`));
  return answer;
}
