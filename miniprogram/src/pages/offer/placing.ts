import { api, ApiError } from '@/api'
import type { Schema } from '@/api'
import { kept } from '@/lib/kept'
import { freshCode } from '@/platform/code'
import { pay } from '@/platform/pay'
import type { Beside, Body } from './wish'

/** What became of the pay sheet. `unpaid`: it was left, and the order waits. */
export interface Paying {
  order: string
  outcome: 'handed_over' | 'unpaid'
}

/** An order of mine that waits for its payment. */
export interface Unpaid {
  order: string
  wechat_fen: number
  expires_at: string
}

interface Unheard {
  wish: Body
  at: number
}
type Sealed = Schema<'ConfirmationTold'>

const SPENDING = 'spending'
// As long as the same attempt keeps its key (lib/action.ts).
const SAME_ATTEMPT_MS = 15 * 60_000
// What the server says of an order that needs no payment any more.
const PAID_MEANWHILE = ['already_paid', 'order_not_payable']

const placeOf = (offer: string) => `placed:${offer}`
const askedOf = (offer: string) => `asked:${offer}`

/** The order of this offer that waits to be paid. It holds the stock and the pots: it is paid on, or given up. */
export function waitingOrder(offer: string, now = Date.now()): Unpaid | null {
  const found = kept.read<Unpaid>(placeOf(offer))
  return found && Date.parse(found.expires_at) > now ? found : null
}

/** What was ordered without an answer: only the very same may be sent again, since it may have arrived. */
export function unheardWish(offer: string, now = Date.now()): Body | null {
  const found = kept.read<Unheard>(askedOf(offer))
  return found && now - found.at < SAME_ATTEMPT_MS ? found.wish : null
}

export const forgetUnheard = (offer: string) => kept.remove(askedOf(offer))

/** Order it; with nothing left for WeChat to take it is handed over at once. Raises ApiError. */
export async function place(key: string, wish: Body, beside: Beside): Promise<Unpaid> {
  // A second try keeps the time of the first: its key ends with that.
  if (!unheardWish(wish.offer)) kept.write(askedOf(wish.offer), { wish, at: Date.now() } satisfies Unheard)
  const { order, wechat_fen, expires_at } = await api.post('/orders', { key, body: { ...wish, ...beside } }).catch((refused) => heard(wish.offer, refused))
  forgetUnheard(wish.offer)
  kept.remove(SPENDING)
  if (wechat_fen) kept.write(placeOf(wish.offer), { order, wechat_fen, expires_at } satisfies Unpaid)
  return { order, wechat_fen, expires_at }
}

/** Pay an order that waits. Raises ApiError, and Error with WeChat's words. */
export async function payOn(offer: string, number: string): Promise<Paying> {
  try {
    const told = await api.post('/orders/{order}/prepay', { path: { order: number } })
    if ((await pay(told)) === 'cancelled') return { order: number, outcome: 'unpaid' }
  } catch (refused) {
    if (!(refused instanceof ApiError) || !PAID_MEANWHILE.includes(refused.code)) throw refused
    return settled(offer, number, refused)
  }
  kept.remove(placeOf(offer))
  return { order: number, outcome: 'handed_over' }
}

/** Give the waiting order up; whether it was paid after all. Raises ApiError. */
export async function giveUp(offer: string, number: string): Promise<boolean> {
  try {
    await api.post('/orders/{order}/cancel', { path: { order: number } })
  } catch (refused) {
    if (!(refused instanceof ApiError) || !PAID_MEANWHILE.includes(refused.code)) throw refused
    kept.remove(placeOf(offer))
    return true
  }
  kept.remove(placeOf(offer))
  return false
}

/** A large spending of stored value is confirmed by the person who holds the phone. Raises ApiError. */
export async function confirmSpending(amountFen: number): Promise<string> {
  const before = kept.read<Sealed>(SPENDING)
  // The same token while an answer may have been lost: it belongs to the order that was asked for.
  if (before && before.amount_fen === amountFen && Date.parse(before.ends_at) > Date.now()) return before.token
  const code = await freshCode()
  if (!code) throw new ApiError(409, 'step_up_needed', '大额储值需要在微信小程序中确认', { next_step: '请在小程序中打开本页付款，或少用一些储值' })
  const told = await api.post('/value/confirmations', { body: { amount_fen: amountFen, code } })
  kept.write(SPENDING, told)
  return told.token
}

/** A refusal is an answer too; only what is not known may be sent again. */
function heard(offer: string, refused: unknown): never {
  if (!(refused instanceof ApiError) || !refused.isOfTheWork) throw refused
  forgetUnheard(offer)
  kept.remove(SPENDING)
  throw refused.code === 'request_key_reused' ? orderedBefore() : refused
}

/** The first try arrived after all, with another source or confirmation beside it. */
const orderedBefore = () => new ApiError(409, 'ordered_before', '上一次下单已经提交', { next_step: '请先到“我的订单”里查看，再决定是否重新购买' })

/** It was paid after all, or it is too late for it: only the order itself can say. */
async function settled(offer: string, number: string, refused: ApiError): Promise<Paying> {
  const { state } = await api.get('/orders/{order}', { path: { order: number } })
  if (state === 'pending') throw refused
  kept.remove(placeOf(offer))
  if (state === 'closed') throw refused
  return { order: number, outcome: 'handed_over' }
}
