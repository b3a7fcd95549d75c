// Payments: the list, one bill with its refunds, complaints, money of merchants.

import { part, post } from './api.js';
import { h, icon, momentOf, whenOf, yuan } from './dom.js';
import { confirmAuthorization, confirmTransfer } from './money_sheets.js';

const ORDER_STATES = { 1: '待发货', 2: '已发货', 3: '已确认收货', 4: '交易完成', 5: '已退款', 6: '资金待结算' };
const REFUND_STATES = { SUCCESS: '已退款', PROCESSING: '退款中', ABNORMAL: '退款异常', CLOSED: '退款关闭' };
const COMPLAINT_STATES = { PENDING: '待商家处理', PROCESSING: '商家处理中', PROCESSED: '已处理完成' };

export function billList() {
  return {
    title: '支付与账单',
    draw: (phone) => [waiting(phone), authorizations(phone), h('h2', { class: 'grouphead' }, '账单'), billRows(phone)],
  };
}

function waiting(phone) {
  const open = phone.state.transfers.filter((each) => each.state === 'WAIT_USER_CONFIRM');
  return open.map((each) => h('button', { class: 'giftrow', onclick: () => confirmTransfer(phone, each) }, icon('pay'),
    h('span', {}, h('b', {}, `${each.merchant} 向你转账 ${yuan(each.transfer_amount)}`), h('small', {}, each.remark)), h('em', {}, '收款')));
}

function authorizations(phone) {
  const open = phone.state.authorizations.filter((each) => each.state !== 'CLOSED');
  return open.map((each) => {
    const asked = each.state === 'WAIT_USER_CONFIRM';
    const close = () => phone.attempt(() => post(phone.path('/close-authorization'), { mchid: each.mchid, out_authorization_no: each.out_authorization_no }), '已关闭');
    return h('button', { class: 'giftrow', onclick: asked ? () => confirmAuthorization(phone, each) : close }, icon('shield'),
      h('span', {}, h('b', {}, '免确认收款授权'), h('small', {}, each.user_display_name ?? each.out_authorization_no)), h('em', {}, asked ? '去授权' : '关闭'));
  });
}

function billRows(phone) {
  const { bills, now } = phone.state;
  if (!bills.length) return h('p', { class: 'empty' }, '还没有账单');
  return h('ul', { class: 'list bills' }, bills.map((bill) => h('li', {}, h('button', { onclick: () => phone.push(billPage(bill.transaction_id)) },
    h('span', { class: 'small pay' }, icon('bill')),
    h('span', { class: 'words' }, h('b', {}, bill.merchant), h('small', {}, `${bill.description} · ${whenOf(bill.paid_at, now)}`)),
    h('span', { class: 'sum' }, `-${(bill.total_fen / 100).toFixed(2)}`, refundWords(bill))))));
}

function refundWords(bill) {
  const back = bill.refunds.filter((each) => each.status === 'SUCCESS').reduce((sum, each) => sum + each.fen, 0);
  if (!back) return null;
  return h('small', {}, back === bill.total_fen ? '已全额退款' : `已退款 ${yuan(back)}`);
}

export function billPage(number) {
  return { title: '账单详情', look: 'white', draw: (phone) => billDetails(phone, phone.state.bills.find((each) => each.transaction_id === number)) };
}

function billDetails(phone, bill) {
  if (!bill) return h('p', { class: 'empty' }, '没有这笔账单');
  const complaint = complaintOf(phone, bill);
  const lines = [
    ['当前状态', refundWords(bill)?.textContent ?? '支付成功'], ['商品', bill.description], ['商户全称', bill.merchant],
    ['支付时间', momentOf(bill.paid_at)], ['支付方式', '零钱'], ['交易单号', bill.transaction_id], ['商户单号', bill.out_trade_no],
  ];
  if (bill.order_state) lines.splice(1, 0, ['订单状态', ORDER_STATES[bill.order_state] ?? bill.order_state]);
  return [
    h('section', { class: 'sumhead' }, h('span', { class: 'small pay' }, icon('bill')), h('p', {}, bill.merchant), h('strong', {}, `-${(bill.total_fen / 100).toFixed(2)}`)),
    h('dl', { class: 'facts' }, lines.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value)))),
    bill.refunds.map((each) => h('dl', { class: 'facts' }, h('div', {}, h('dt', {}, '退款'), h('dd', {}, `${yuan(each.fen)} · ${REFUND_STATES[each.status] ?? each.status} · ${momentOf(each.at)}`)))),
    h('div', { class: 'actions' },
      bill.order_state === 2 ? h('button', { class: 'yes', onclick: () => confirmGoods(phone, bill) }, '确认收货') : null,
      complaint ? h('button', { onclick: () => phone.push(complaintPage(complaint.complaint_id)) }, `投诉：${COMPLAINT_STATES[complaint.complaint_state] ?? complaint.complaint_state}`)
        : h('button', { onclick: () => complain(phone, bill) }, '投诉')),
  ];
}

const complaintOf = (phone, bill) => phone.state.complaints.find((each) => each.complaint_order_info.some((one) => one.transaction_id === bill.transaction_id));

export async function confirmGoods(phone, bill) {
  const sure = await phone.ask({ title: '确认收货', words: `确认已收到「${bill.description}」？`, yes: '确认收货' });
  return sure && phone.attempt(() => post(phone.path(`/orders/${part(bill.transaction_id)}/confirm`)), '已确认收货');
}

async function complain(phone, bill) {
  const asked = await phone.sheet((end) => complaintForm(bill, end));
  if (asked) await phone.attempt(() => post(phone.path('/complain'), { transaction_id: bill.transaction_id, ...asked }), '投诉已提交');
}

function complaintForm(bill, end) {
  const kinds = [['REFUND', '申请退款'], ['SERVICE_NOT_WORK', '服务权益未生效'], ['OTHERS', '其他']];
  const kind = h('select', { 'aria-label': '投诉类型' }, kinds.map(([value, words]) => h('option', { value }, words)));
  const text = h('textarea', { rows: '3', placeholder: '请描述遇到的问题', 'aria-label': '投诉内容' });
  const sum = h('input', { type: 'number', step: '0.01', min: '0', value: (bill.total_fen / 100).toFixed(2), 'aria-label': '退款金额（元）' });
  const urgent = h('input', { type: 'checkbox' });
  const file = h('input', { type: 'file', accept: 'image/png', multiple: true, 'aria-label': '图片（PNG）' });
  const done = async () => end({ images: await Promise.all([...file.files].map(base64Of)), problem_type: kind.value, text: text.value, refund_fen: Math.round(Number(sum.value) * 100), needs_immediate_service: urgent.checked });
  return [
    h('h2', {}, '投诉商家'), kind, text, file, h('label', { class: 'field' }, '希望退款（元）', sum), h('label', { class: 'field' }, '需要立即处理', urgent),
    h('div', { class: 'two' }, h('button', { onclick: () => end(null) }, '取消'), h('button', { class: 'yes', onclick: done }, '提交')),
  ];
}

function base64Of(file) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(',')[1]);
    reader.readAsDataURL(file);
  });
}

const OPERATIONS = {
  USER_CREATE_COMPLAINT: '发起投诉', USER_CONTINUE_COMPLAINT: '再次投诉', USER_RESPONSE: '用户留言', USER_COMFIRM_COMPLAINT: '确认已解决', USER_REVOKE_COMPLAINT: '撤销投诉',
  USER_APPLY_PLATFORM_SERVICE: '申请平台协助', USER_CANCEL_PLATFORM_SERVICE: '取消平台协助', MERCHANT_RESPONSE: '商家回复', MERCHANT_CONFIRM_COMPLETE: '商家反馈处理完成',
  MERCHANT_APPROVE_REFUND: '商家同意退款', MERCHANT_REFUSE_REFUND: '商家拒绝退款', PLATFORM_RESPONSE: '平台回复',
};

function complaintPage(id) {
  return { title: '投诉进展', draw: (phone) => complaintDetails(phone, phone.state.complaints.find((each) => each.complaint_id === id)) };
}

function complaintDetails(phone, complaint) {
  const go = (doing, needsText) => async () => {
    const typed = needsText ? await phone.ask({ title: needsText, fields: [{ name: 'text', words: '说点什么' }] }) : {};
    if (typed) await phone.attempt(() => post(phone.path(`/complaints/${part(complaint.complaint_id)}/${doing}`), typed), '好了');
  };
  const done = complaint.complaint_state === 'PROCESSED';
  const helped = complaint.in_platform_service;
  return [
    h('section', { class: 'panel' }, h('b', {}, COMPLAINT_STATES[complaint.complaint_state] ?? complaint.complaint_state), h('p', {}, complaint.complaint_detail), h('small', {}, complaint.problem_description)),
    h('ol', { class: 'steps' }, complaint.history.map((step) => h('li', {}, h('b', {}, OPERATIONS[step.operate_type] ?? step.operate_type), h('p', {}, step.operate_details), h('div', { class: 'shots' }, step.images.map((each) => h('img', { src: `/_sim/images/${part(each)}`, alt: '' }))), h('small', {}, momentOf(Date.parse(step.operate_time) / 1000))))),
    h('div', { class: 'actions' },
      done ? [h('button', { class: 'yes', onclick: go('confirm') }, '问题已解决'), h('button', { onclick: go('again', '再次投诉') }, '再次投诉')]
        : [h('button', { class: 'yes', onclick: go('reply', '留言') }, '留言'), h('button', { onclick: go('revoke') }, '撤销投诉')],
      h('button', { onclick: go(helped ? 'cancel-platform-service' : 'apply-platform-service') }, helped ? '取消平台协助' : '申请平台协助')),
  ];
}
