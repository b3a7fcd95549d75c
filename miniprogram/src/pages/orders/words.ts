import type { Schema } from '@/api'
import { yuan } from '@/lib/money'
import { left } from '@/lib/time'

type Order = Schema<'OrderDetails'>
type Quote = Schema<'RefundQuote'>
type Line = Schema<'RefundLine'>
export type Tone = 'brand' | 'quiet' | 'good' | 'warn' | 'bad'

interface Told {
  words: string
  tone: Tone
}

const ORDERS: Record<string, Told & { hint: string }> = {
  pending: { words: '待付款', tone: 'warn', hint: '' },
  paid: { words: '已付款', tone: 'brand', hint: '正在为您发放卡券，稍后可在卡包查看' },
  fulfilled: { words: '已完成', tone: 'good', hint: '卡券已放入卡包' },
  closed: { words: '已关闭', tone: 'quiet', hint: '订单已关闭，没有扣款' },
  refunding: { words: '退款中', tone: 'warn', hint: '退款处理中，可在下方查看进度' },
  partly_refunded: { words: '部分退款', tone: 'quiet', hint: '未退的卡券仍可使用' },
  refunded: { words: '已退款', tone: 'quiet', hint: '款项已按原路退回' },
}
const LATE: Told = { words: '已超时', tone: 'quiet' }
const LATE_HINT = '付款时间已过，订单正在关闭；若已付款，会自动发放或原路退回'
const CLOSED: Record<string, string> = { timeout: '超时未付款，订单已自动关闭，没有扣款', cancelled: '您已取消订单，没有扣款' }

type Standing = Pick<Order, 'state' | 'expires_at'>

/** Whether it waits for a payment that can still be made. */
export const isPayable = ({ state, expires_at: end }: Standing, now: number): boolean => state === 'pending' && Date.parse(end) > now
const isLate = (order: Standing, now: number) => order.state === 'pending' && !isPayable(order, now)

export const orderState = (order: Standing, now: number): Told => (isLate(order, now) ? LATE : (ORDERS[order.state] ?? { words: '处理中', tone: 'quiet' }))

export function orderHint(order: Order, now: number): string {
  const { state, close_reason: reason, expires_at: end } = order
  if (isPayable(order, now)) return `${left(end, now)}，超时自动关闭`
  if (state === 'pending') return LATE_HINT
  return (reason && CLOSED[reason]) || ORDERS[state]?.hint || ''
}

export type OrderTab = 'all' | 'pending' | 'done' | 'closed'
export const ORDER_TABS: { value: OrderTab; words: string }[] = [
  { value: 'all', words: '全部' },
  { value: 'pending', words: '待付款' },
  { value: 'done', words: '已完成' },
  { value: 'closed', words: '已关闭' },
]
const IN_TAB: Record<Exclude<OrderTab, 'all'>, string[]> = {
  pending: ['pending'],
  done: ['paid', 'fulfilled', 'refunding', 'partly_refunded'],
  closed: ['closed', 'refunded'],
}
export const isIn = (tab: OrderTab, { state }: { state: string }) => tab === 'all' || IN_TAB[tab].includes(state)

/** A refund may be asked for where something was paid and delivered that is not all back yet. */
export const mayRefund = ({ state, total_fen: paid, tenders }: Pick<Order, 'state' | 'total_fen' | 'tenders'>) =>
  ['fulfilled', 'partly_refunded'].includes(state) && (paid > 0 || tenders.length > 0)

const TENDERS: Record<string, string> = { value: '储值余额', points: '积分抵扣', voucher: '优惠券抵扣' }
const TENDER_STATES: Record<string, string> = { held: '待付款时预留', captured: '', released: '已放回', returned: '已退回' }

export function tenderLine(tender: Schema<'TenderView'>): { title: string; note: string; value: string } {
  const back = tender.returned_points ? `已退回${tender.returned_points}积分` : tender.returned_fen ? `已退回¥${yuan(tender.returned_fen)}` : ''
  return {
    title: `${TENDERS[tender.kind] ?? '其他抵扣'}${tender.points ? `（${tender.points}积分）` : ''}`,
    note: back || TENDER_STATES[tender.state] || '',
    value: `¥${yuan(tender.amount_fen)}`,
  }
}

const REFUNDS: Record<string, Told & { hint: string; step: number }> = {
  asked: { words: '等待商家确认', tone: 'warn', hint: '商家确认后款项按原路退回，所退卡券暂不可使用', step: 1 },
  frozen: { words: '退款处理中', tone: 'brand', hint: '所退卡券已停用，正在安排退款', step: 2 },
  paying: { words: '款项退回中', tone: 'brand', hint: '已交给微信支付，通常几分钟内到账，银行卡可能需要1至3个工作日', step: 3 },
  paid: { words: '款项已退回', tone: 'good', hint: '款项已退回，正在收尾', step: 4 },
  done: { words: '退款完成', tone: 'good', hint: '款项已按原路退回', step: 4 },
  declined: { words: '商家未同意', tone: 'bad', hint: '没有退款，卡券已恢复可用。如有疑问可提交投诉', step: 1 },
  withdrawn: { words: '已撤回', tone: 'quiet', hint: '您已撤回申请，卡券已恢复可用', step: 1 },
}
export const REFUND_STEPS = ['提交申请', '商家确认', '冻结卡券', '退回款项', '完成']

export const refundState = (state: string): Told => REFUNDS[state] ?? { words: '处理中', tone: 'quiet' }
export const refundHint = (state: string): string => REFUNDS[state]?.hint ?? ''
/** How many of REFUND_STEPS are behind. */
export const refundStep = (state: string): number => (state === 'done' ? REFUND_STEPS.length : (REFUNDS[state]?.step ?? 1))
export const isMoving = ({ state, to_collect: waits }: Schema<'RefundView'>) => !waits && ['frozen', 'paying', 'paid'].includes(state)

/** Where the money goes, part by part. */
export function refundWays(refund: Schema<'RefundView'>): { title: string; value: string }[] {
  const ways = [
    { title: '微信支付', value: refund.wechat_fen ? `¥${yuan(refund.wechat_fen)}` : '' },
    { title: '储值余额', value: refund.value_fen ? `¥${yuan(refund.value_fen)}` : '' },
    { title: '积分', value: refund.points ? `${refund.points}积分` : '' },
  ]
  return ways.filter(({ value }) => value)
}

export const REASONS = ['计划有变，用不上了', '买错或买多了', '门店不便前往', '与描述不符', '服务不满意', '其他原因']

const goesBack = ({ reason }: Line) => reason === null
/** Parts may be chosen where each of them is a voucher with a number. */
export const mayChoose = ({ lines }: Quote) => {
  const back = lines.filter(goesBack)
  return back.length > 1 && back.every(({ voucher }) => voucher !== null)
}

export interface Choice {
  fen: number
  formula: string
  isAll: boolean
  /** For the request: undefined asks for all that can go back. */
  vouchers: string[] | undefined
}

/** What was left out and can still be chosen, after a new quote. */
export const stillLeft = (quote: Quote, left: string[]): string[] => {
  const back = quote.lines.filter(goesBack).map(({ voucher }) => voucher)
  return left.filter((voucher) => back.includes(voucher))
}

/** What goes back of a quote without what was left out. */
export function chosenOf(quote: Quote, left: string[]): Choice {
  const back = quote.lines.filter(goesBack)
  const chosen = back.filter(({ voucher }) => voucher === null || !left.includes(voucher))
  const isAll = chosen.length === back.length
  const fen = chosen.reduce((sum, line) => sum + line.back_fen, 0)
  const parts = chosen.map((line) => yuan(line.back_fen)).join(' + ')
  return {
    fen,
    formula: isAll ? quote.formula : chosen.length > 1 ? `${parts} = ${yuan(fen)}元` : `${yuan(fen)}元`,
    isAll,
    vouchers: isAll ? undefined : chosen.map(({ voucher }) => voucher!),
  }
}

/** What happens when he goes on, in the order in which it happens. */
export function consequences(quote: Quote, choice: Choice): string[] {
  const isPrize = quote.lines.some(({ reason }) => reason === 'prize')
  return [
    '提交后，所选卡券立即停用',
    quote.needs_approval ? '本单需要商家确认；确认前您可以撤回申请' : '无需等待，提交后自动退款，不能撤回',
    ...(choice.isAll && isPrize ? ['全部退款时，随单赠送的卡券一并收回'] : []),
    '款项按原支付方式退回，用过的积分和储值各回各处',
    '因这笔消费获得的积分会相应扣回',
  ]
}

/** A sum whose numbers stay on one line with the sign before them. */
export const tied = (sum: string) => sum.replace(/([=×+]) /g, '$1\u00a0')
