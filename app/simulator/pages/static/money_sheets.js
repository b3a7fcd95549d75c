// Sheets that ask for a yes where money moves: a payment, a merchant's transfer.

import { post } from './api.js';
import { h, icon, yuan } from './dom.js';

const DOTS = 6;
const TYPING_MILLISECONDS = 90;
const OK_MILLISECONDS = 1400;

// What wx.requestPayment's callback is told. The platform checks the parameters after the yes.
export async function payBySheet(phone, params) {
  const sheet = await post(phone.path('/pay-sheet'), { package: params.package ?? '' }).catch(() => null);
  const agrees = sheet ? await phone.sheet((end) => paySheet(sheet, end), { look: 'pay' }) : true;
  const told = agrees ? await post(phone.path('/pay'), params) : await post(phone.path('/pay-cancel'));
  if (told.result.endsWith(':ok')) await paid(phone, sheet);
  else if (agrees) phone.toast(told.result.replace('requestPayment:fail ', ''));
  await phone.refresh();
  return { ...told, errMsg: told.result };
}

function paySheet(sheet, end) {
  const dots = h('div', { class: 'dots' }, Array.from({ length: DOTS }, () => h('i')));
  const button = h('button', { class: 'wide yes', onclick: () => typePassword(dots, button, () => end(true)) }, '确认支付');
  return [
    h('header', {}, h('button', { class: 'x', onclick: () => end(false), 'aria-label': '关闭' }, icon('close')), h('span', {}, '请输入支付密码')),
    h('p', { class: 'payee' }, sheet.orders.map((each) => each.merchant).filter((each, place, all) => all.indexOf(each) === place).join('、')),
    h('strong', { class: 'amount' }, yuan(sheet.total_fen)),
    h('dl', { class: 'facts' }, sheet.orders.map((each) => h('div', {}, h('dt', {}, '商品'), h('dd', {}, each.description))), h('div', {}, h('dt', {}, '付款方式'), h('dd', {}, '零钱'))),
    dots, button,
  ];
}

function typePassword(dots, button, done) {
  button.disabled = true;
  [...dots.children].forEach((dot, place) => setTimeout(() => dot.classList.add('on'), place * TYPING_MILLISECONDS));
  setTimeout(done, (DOTS + 1) * TYPING_MILLISECONDS);
}

function paid(phone, sheet) {
  return phone.sheet((end) => {
    setTimeout(() => end(true), OK_MILLISECONDS);
    return [h('span', { class: 'tick' }, icon('pay')), h('b', {}, '支付成功'), sheet ? h('strong', { class: 'amount' }, yuan(sheet.total_fen)) : null];
  }, { look: 'done' });
}

export function confirmTransfer(phone, transfer) {
  return transferBySheet(phone, { mchId: transfer.mch_id, appId: transfer.appid, package: transfer.package });
}

export function confirmAuthorization(phone, authorization) {
  return transferBySheet(phone, { mchId: authorization.mchid, appId: authorization.appid, package: authorization.package });
}

// What wx.requestMerchantTransfer's callback is told; the package is a transfer's or an authorization's.
export async function transferBySheet(phone, params) {
  const transfer = phone.state.transfers.find((each) => each.package === params.package);
  const authorization = phone.state.authorizations.find((each) => each.package === params.package);
  const known = transfer ?? authorization;
  const agrees = known ? await phone.sheet((end) => transferSheet(transfer, authorization, end), { look: 'pay' }) : true;
  const told = await post(phone.path(agrees ? '/confirm-transfer' : '/decline-transfer'), params);
  if (agrees) phone.toast(told.result.endsWith(':ok') ? '已确认' : told.result.replace('requestMerchantTransfer:fail ', ''));
  await phone.refresh();
  return { ...told, errMsg: told.result };
}

function transferSheet(transfer, authorization, end) {
  const facts = transfer ? [['付款方', transfer.merchant], ['备注', transfer.remark], ['收款原因', transfer.perception || '—'], ['收款到', '零钱']]
    : [['授权内容', '今后该商户的转账直接收款，不再确认'], ['显示名', authorization.user_display_name ?? '—']];
  return [
    h('header', {}, h('button', { class: 'x', onclick: () => end(null), 'aria-label': '关闭' }, icon('close')), h('span', {}, transfer ? '商家转账' : '免确认收款授权')),
    transfer ? h('strong', { class: 'amount' }, yuan(transfer.transfer_amount)) : null,
    h('dl', { class: 'facts' }, facts.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value)))),
    h('button', { class: 'wide yes', onclick: () => end(true) }, transfer ? '确认收款' : '同意授权'),
  ];
}
