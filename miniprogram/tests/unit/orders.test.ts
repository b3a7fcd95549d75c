import { expect, test } from 'vitest'
import type { Schema } from '@/api'
import { chosenOf, consequences, isIn, isPayable, mayChoose, mayRefund, orderHint, orderState, refundStep, refundWays, REFUND_STEPS, stillLeft, tenderLine, tied } from '@/pages/orders/words'

const line = (voucher: string | null, back_fen: number, reason: string | null = null): Schema<'RefundLine'> => ({
  title: '咖啡', voucher, paid_fen: back_fen, back_fen, reason, words: '',
})
const quote = (...lines: Schema<'RefundLine'>[]): Schema<'RefundQuote'> => ({
  order: 'O1', back_fen: 4900, formula: '24.50 + 24.50 = 49元', needs_approval: false, lines,
})

test('all that can go back asks for nothing by name and keeps the formula of the server', () => {
  const choice = chosenOf(quote(line('V1', 2450), line('V2', 2450), line('V3', 0, 'used')), [])
  expect(choice).toEqual({ fen: 4900, formula: '24.50 + 24.50 = 49元', isAll: true, vouchers: undefined })
})

test('what is left out is in no sum', () => {
  const of = quote(line('V1', 2450), line('V2', 2450), line('V3', 1001))
  expect(chosenOf(of, ['V2'])).toEqual({ fen: 3451, formula: '24.50 + 10.01 = 34.51元', isAll: false, vouchers: ['V1', 'V3'] })
  expect(chosenOf(of, ['V2', 'V3'])).toMatchObject({ fen: 2450, formula: '24.50元', vouchers: ['V1'] })
  expect(chosenOf(of, ['V1', 'V2', 'V3'])).toMatchObject({ fen: 0, vouchers: [] })
})

test('what was left out stays left out after a new quote, as far as it is still there', () => {
  const before = quote(line('V1', 2450), line('V2', 2450), line('V3', 1001))
  const after = quote(line('V1', 2450), line('V2', 0, 'used'), line('V3', 1001))
  expect(stillLeft(before, ['V2', 'V3'])).toEqual(['V2', 'V3'])
  expect(stillLeft(after, ['V2', 'V3'])).toEqual(['V3'])
  expect(chosenOf(after, stillLeft(after, ['V2', 'V3']))).toMatchObject({ fen: 2450, vouchers: ['V1'] })
})

test('parts without a number are not for choosing, nor is a single one', () => {
  expect(mayChoose(quote(line('V1', 1), line('V2', 1)))).toBe(true)
  expect(mayChoose(quote(line('V1', 1), line(null, 1)))).toBe(false)
  expect(mayChoose(quote(line('V1', 1), line('V2', 0, 'used')))).toBe(false)
})

test('presents of the house go back with the whole order only', () => {
  const of = quote(line('V1', 100), line('V2', 100), line('V3', 0, 'prize'))
  const told = (left: string[]) => consequences(of, chosenOf(of, left)).some((words) => words.includes('随单赠送'))
  expect(told([])).toBe(true)
  expect(told(['V1'])).toBe(false)
})

test('who must wait for the merchant is told that he may take it back', () => {
  const of = { ...quote(line('V1', 100)), needs_approval: true }
  expect(consequences(of, chosenOf(of, []))[1]).toContain('商家确认')
})

test('every state of an order is in the tab where people look for it', () => {
  const tabs = (state: string) => (['pending', 'done', 'closed'] as const).filter((tab) => isIn(tab, { state }))
  expect(tabs('pending')).toEqual(['pending'])
  for (const state of ['paid', 'fulfilled', 'refunding', 'partly_refunded']) expect(tabs(state)).toEqual(['done'])
  for (const state of ['closed', 'refunded']) expect(tabs(state)).toEqual(['closed'])
  expect(isIn('all', { state: 'closed' })).toBe(true)
})

test('a refund is offered for what was delivered and while none is under way', () => {
  const open = ['pending', 'paid', 'fulfilled', 'closed', 'refunding', 'partly_refunded', 'refunded'].filter((state) => mayRefund({ state, total_fen: 100, tenders: [] }))
  expect(open).toEqual(['fulfilled', 'partly_refunded'])
  expect(mayRefund({ state: 'fulfilled', total_fen: 0, tenders: [] })).toBe(false)
})

test('an order whose time is over is not asked to be paid, though it still stands as pending', () => {
  const end = '2026-12-01T00:00:00Z'
  const order = { state: 'pending', expires_at: end, close_reason: null } as Schema<'OrderDetails'>
  const at = (ms: number) => [isPayable(order, ms), orderState(order, ms).words, orderHint(order, ms).includes('正在关闭')]
  expect(at(Date.parse(end) - 1)).toEqual([true, '待付款', false])
  expect(at(Date.parse(end))).toEqual([false, '已超时', true])
})

test('a closed order says why', () => {
  const order = (close_reason: string | null) => ({ state: 'closed', close_reason }) as Schema<'OrderDetails'>
  expect(orderHint(order('timeout'), 0)).toContain('超时')
  expect(orderHint(order('cancelled'), 0)).toContain('取消')
  expect(orderHint(order(null), 0)).toBe('订单已关闭，没有扣款')
})

test('a refund goes forward step by step to the end', () => {
  const steps = ['asked', 'frozen', 'paying', 'paid', 'done'].map(refundStep)
  expect(steps).toEqual([...steps].sort((a, b) => a - b))
  expect(steps[4]).toBe(REFUND_STEPS.length)
})

test('where the money goes is told part by part', () => {
  const refund = { wechat_fen: 1050, value_fen: 0, points: 30 } as Schema<'RefundView'>
  expect(refundWays(refund)).toEqual([{ title: '微信支付', value: '¥10.50' }, { title: '积分', value: '30积分' }])
})

test('what paid beside WeChat says what came back of it', () => {
  const tender = { kind: 'points', state: 'returned', amount_fen: 300, points: 300, voucher: null, returned_fen: 0, returned_points: 300 }
  expect(tenderLine(tender)).toEqual({ title: '积分抵扣（300积分）', note: '已退回300积分', value: '¥3' })
})

test('a sum breaks before its signs, never after', () => {
  expect(tied('24.50 + 24.50 = 49元')).toBe('24.50 +\u00a024.50 =\u00a049元')
})
