// Money and goods: shipping with frozen funds, balances and shares, transfers, cards and complaints.

import { get, part, post } from './api.js';
import { h, momentOf, yuan } from './dom.js';
import { button, form, mark, row, table } from './desk_parts.js';

const ORDER_STATES = { 1: '待发货', 2: '已发货', 3: '确认收货', 4: '交易完成', 5: '已退款', 6: '资金待结算' };

export const shippingSection = {
  id: 'shipping',
  words: '发货与冻结',
  form: (desk) => h('div', { class: 'card' }, form([
    { name: 'lag_seconds', words: '支付后多少秒可查到', type: 'number' }, { name: 'settle_seconds', words: '收货后多少秒结算', type: 'number' },
  ], '调整', (told) => desk.attempt(() => post('/shipping', told)))),
  load: () => get('/shipping'),
  draw: (orders, desk) => [
    h('p', { class: 'hint' }, `冻结合计 ${yuan(orders.reduce((sum, each) => sum + each.frozen_fen, 0))}`),
    table(['支付时间', '商品', '金额', '冻结', '状态', ''], [...orders].reverse().map((each) => row([
      momentOf(each.pay_time).slice(5), h('span', {}, each.description, h('br'), h('small', {}, each.transaction_id)), yuan(each.paid_amount), yuan(each.frozen_fen), mark(ORDER_STATES[each.order_state] ?? String(each.order_state), each.order_state >= 3 || null),
      button(each.in_complaint ? '结束纠纷' : '发起纠纷', () => desk.attempt(() => post(`/shipping/${each.transaction_id}`, { in_complaint: !each.in_complaint }))),
    ]))),
  ],
};

export const moneySection = {
  id: 'money',
  words: '账户与分账',
  load: async () => ({ merchants: await get('/merchants'), sharing: await get('/sharing'), orders: await get('/transactions') }),
  draw: ({ merchants, sharing, orders }, desk) => [
    merchants.map((each) => merchantCard(each, desk)),
    h('h2', {}, '分账单'),
    table(['商户', '分账单号', '状态', '接收方'], sharing.orders.map((each) => row([each.mchid, h('code', {}, each.out_order_no), mark(each.state, each.state === 'FINISHED' || null), (each.receivers ?? []).map((one) => h('span', { class: 'line' }, `${one.account} ${yuan(one.amount)} ${one.result}`))]))),
    h('h2', {}, '订单与退款'),
    table(['订单号', '金额', '状态', '退款'], [...orders].reverse().map((each) => row([h('code', {}, each.out_trade_no), yuan(each.amount.total), mark(each.trade_state, { SUCCESS: true, CLOSED: false }[each.trade_state] ?? null), each.refunds.map((one) => refundLine(each, one, desk))]))),
  ],
};

function merchantCard(each, desk) {
  return h('div', { class: 'card' },
    h('b', {}, `${each.name || '子商户'} · ${each.mchid}`), h('p', { class: 'hint' }, each.balance_fen === null ? '余额不限' : `余额 ${yuan(each.balance_fen)}`),
    form([{ name: 'fen', words: '余额（分，留空不限）', type: 'number', value: each.balance_fen ?? '' }], '设置', (told) => desk.attempt(() => post(`/merchants/${each.mchid}/balance`, { fen: told.fen ?? null }))),
    form([{ name: 'max_ratio_bp', words: '最大分账比例（万分之）', type: 'number', value: String(each.max_ratio_bp) }, { name: 'returns_fail', words: '回退失败原因', value: each.returns_fail }], '设置', (told) => desk.attempt(() => post(`/merchants/${each.mchid}/sharing`, { returns_fail: '', ...told }))));
}

function refundLine(order, refund, desk) {
  const mchid = order.mchid ?? order.sp_mchid;
  const settle = (status) => () => desk.attempt(() => post(`/refunds/${mchid}/${part(refund.out_refund_no)}/settle`, { status }));
  const open = refund.status === 'PROCESSING' || refund.status === 'ABNORMAL';
  return h('span', { class: 'line' }, `${yuan(refund.amount.refund)} ${refund.status} `, open ? [button('成功', settle('SUCCESS')), button('异常', settle('ABNORMAL')), button('关闭', settle('CLOSED'))] : null);
}

export const transfersSection = {
  id: 'transfers',
  words: '商家转账',
  load: () => get('/transfers'),
  draw: (transfers, desk) => table(['时间', '单号', '金额', '备注', '状态', ''], [...transfers].reverse().map((each) => row([
    each.create_time.slice(5, 16).replace('T', ' '), h('code', {}, each.out_bill_no), yuan(each.transfer_amount), each.remark, mark(each.fail_reason ? `${each.state} ${each.fail_reason}` : each.state, { SUCCESS: true, FAIL: false }[each.state] ?? null),
    ['SUCCESS', 'FAIL', 'CANCELLED'].includes(each.state) ? '' : button('使失败', () => desk.attempt(() => post(`/transfers/${each.mch_id}/${part(each.out_bill_no)}/fail`))),
  ]))),
};

export const cardsSection = {
  id: 'cards',
  words: '卡券与投诉',
  form: (desk) => h('div', { class: 'card' }, form([
    { name: 'audit', words: '新卡审核', choices: [['pass', '通过'], ['fail', '不通过'], ['hold', '等待人工']] }, { name: 'no_old_code', words: '转赠事件不带旧码', type: 'checkbox' },
  ], '调整', (told) => desk.attempt(() => post('/cards/ways', told)))),
  load: async () => ({ all: await get('/cards'), coupons: await get('/coupons'), complaints: await get('/complaints') }),
  draw: ({ all, coupons, complaints }, desk) => [
    table(['卡券', '类型', '审核', '库存', '已发', ''], all.cards.map((each) => row([
      h('span', {}, each.title, h('br'), h('small', {}, each.card_id)), each.card_type_words, mark(each.status, { CARD_STATUS_VERIFY_OK: true, CARD_STATUS_VERIFY_FAIL: false }[each.status] ?? null), `${each.quantity} / ${each.total_quantity}`, String(each.codes.length),
      h('span', { class: 'row' }, button('通过', () => desk.attempt(() => post(`/cards/${part(each.card_id)}/audit`, { passes: true }))), button('驳回', () => desk.attempt(() => post(`/cards/${part(each.card_id)}/audit`, { passes: false })))),
    ])), '还没有卡券'),
    h('h2', {}, '券码'),
    table(['持有人', '卡券', '码', '状态', ''], all.cards.flatMap((card) => card.codes.map((each) => row([each.holder, card.title, h('code', {}, each.code), mark(each.state_words, each.state === 'NORMAL' || null), stateChoice(card, each, desk)])))),
    h('h2', {}, '商家券与商品券'),
    table(['持有人', '券', '码', '状态'], coupons.map((each) => row([each.name, each.title, h('code', {}, each.code), each.state]))),
    h('h2', {}, '投诉'),
    table(['投诉人', '内容', '状态', ''], complaints.map((each) => row([each.name, each.complaint_detail, each.complaint_state, button('平台回复', () => desk.attempt(() => post(`/complaints/${part(each.complaint_id)}/platform`, { text: '平台已介入，请商家尽快处理' })))]))),
  ],
};

const CODE_STATES = ['NORMAL', 'CONSUMED', 'EXPIRE', 'GIFTING', 'GIFT_TIMEOUT', 'DELETE', 'UNAVAILABLE'];

function stateChoice(card, held, desk) {
  const change = (event) => desk.attempt(() => post(`/cards/${part(card.card_id)}/codes/${part(held.code)}`, { state: event.target.value }), '已悄悄改变');
  return h('select', { 'aria-label': '悄悄改成', onchange: change }, CODE_STATES.map((each) => h('option', { value: each, selected: each === held.state }, each)));
}
