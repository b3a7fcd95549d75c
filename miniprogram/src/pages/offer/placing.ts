import { api, ApiError } from '@/api'
import { kept } from '@/lib/kept'
import { freshCode } from '@/platform/code'
import { pay } from '@/platform/pay'
import type { Beside, Body } from './wish'

/** `unpaid`: the pay sheet was left, and the order waits. */
export interface Bought {
  order: string
  outcome: 'handed_over' | 'unpaid'
}

interface Waiting {
  order: string
  wish: string
  wechat_fen: number
  expires_at: string
}
interface Sealed {
  token: string
  amount_fen: number
  ends_at: string
}

// What the server says of an order that needs no payment any more.
const PAID_MEANWHILE = ['already_paid', 'order_not_payable']

const placeOf = (offer: string) => `placed:${offer}`
const wordsOf = (wish: Body) => JSON.stringify(wish)

/** The order of this offer that waits for its payment; null when there is none any more. */
export function waitingOrder(offer: string, now = Date.now()): Waiting | null {
  const found = kept.read<Waiting>(placeOf(offer))
  return found && Date.parse(found.expires_at) > now ? found : null
}

/** Exactly this was ordered already: only the payment is missing. */
export const isOrdered = (wish: Body) => waitingOrder(wish.offer)?.wish === wordsOf(wish)

const forgetWaiting = (offer: string) => kept.remove(placeOf(offer))

/**
 * Order it, unless the same is ordered already and waits to be paid; then pay. Another wish for the
 * same offer gives the waiting order up first, since that holds the stock and the pots.
 * Raises ApiError, and Error with WeChat's words.
 */
export async function buy(key: string, wish: Body, beside: Beside): Promise<Bought> {
  const { order, wechat_fen: dueFen } = await orderedAs(key, wish, beside)
  if (!dueFen) return done(wish.offer, order)
  try {
    const told = await api.post('/orders/{order}/prepay', { path: { order } })
    if ((await pay(told)) === 'cancelled') return { order, outcome: 'unpaid' }
  } catch (refused) {
    if (!(refused instanceof ApiError)) throw refused
    if (refused.code === 'already_paid') return done(wish.offer, order)
    if (refused.code === 'order_not_payable') return closed(wish.offer, order, refused)
    throw refused
  }
  return done(wish.offer, order)
}

/** A large spending of stored value is confirmed by the person who holds the phone. Raises ApiError. */
export async function confirmSpending(amountFen: number): Promise<string | null> {
  const before = kept.read<Sealed>('spending')
  // The same token while its answer may have been lost: with another one it would be another order.
  if (before && before.amount_fen === amountFen && Date.parse(before.ends_at) > Date.now()) return before.token
  const code = await freshCode()
  if (!code) return null
  const told = await api.post('/value/confirmations', { body: { amount_fen: amountFen, code } })
  kept.write('spending', told)
  return told.token
}

function done(offer: string, order: string): Bought {
  forgetWaiting(offer)
  kept.remove('spending')
  return { order, outcome: 'handed_over' }
}

/** It was paid after all, or it is too late for it: only the order itself can say. */
async function closed(offer: string, order: string, refused: ApiError): Promise<Bought> {
  forgetWaiting(offer)
  const { state } = await api.get('/orders/{order}', { path: { order } })
  if (state === 'pending' || state === 'closed') throw refused
  return done(offer, order)
}

async function orderedAs(key: string, wish: Body, beside: Beside): Promise<{ order: string; wechat_fen: number }> {
  const waiting = waitingOrder(wish.offer)
  if (waiting && isOrdered(wish)) return waiting
  if (waiting && (await isPaidNow(waiting.order))) return { order: waiting.order, wechat_fen: 0 }
  const placed = await api.post('/orders', { key, body: { ...wish, ...beside } }).catch(toldApart)
  if (placed.wechat_fen) {
    const { order, wechat_fen, expires_at } = placed
    kept.write(placeOf(wish.offer), { order, wechat_fen, expires_at, wish: wordsOf(wish) } satisfies Waiting)
  }
  return placed
}

/** The first try arrived after all, with another source or confirmation: he looks before he orders again. */
function toldApart(refused: unknown): never {
  if (!(refused instanceof ApiError) || refused.code !== 'request_key_reused') throw refused
  throw new ApiError(409, 'ordered_before', '上一次下单已经提交', { next_step: '请先到“我的订单”里查看，再决定是否重新购买' })
}

async function isPaidNow(order: string): Promise<boolean> {
  try {
    await api.post('/orders/{order}/cancel', { path: { order } })
    return false
  } catch (refused) {
    if (refused instanceof ApiError && PAID_MEANWHILE.includes(refused.code)) return true
    throw refused
  }
}
