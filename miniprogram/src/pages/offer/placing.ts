import { api, ApiError } from '@/api'
import type { Schema } from '@/api'
import { timeNow } from '@/lib/clock'
import { kept } from '@/lib/kept'
import { isGone, isSettled, orderedBefore, payOrder } from '@/lib/paying'
import type { Outcome } from '@/lib/paying'
import { freshCode } from '@/platform/code'
import { mine } from '@/stores/session'
import type { Beside, Body } from './wish'

/** An order of mine that waits for its payment. */
export interface Unpaid {
  order: string
  wechat_fen: number
  expires_at: string
}

interface Unheard {
  wish: Body
  // A chat is sealed anew for each page, and the key stands for one body.
  source: Beside['source']
  at: number
}
type Sealed = Schema<'ConfirmationTold'>

const SPENDING = 'spending'
// As long as the same attempt keeps its key (lib/action.ts).
const SAME_ATTEMPT_MS = 15 * 60_000

// Apart for each person: on the web the next one may use the same browser.
const placeOf = (offer: string) => mine(`placed:${offer}`)
const askedOf = (offer: string) => mine(`asked:${offer}`)

/** The order of this offer that waits to be paid. It holds the stock and the pots: it is paid on, or given up. */
export function waitingOrder(offer: string, now = timeNow()): Unpaid | null {
  const found = kept.read<Unpaid>(placeOf(offer))
  return found && Date.parse(found.expires_at) > now ? found : null
}

/** What was ordered without an answer: only the very same may be sent again, since it may have arrived. */
export const unheardWish = (offer: string, now = Date.now()): Body | null => unheard(offer, now)?.wish ?? null

function unheard(offer: string, now = Date.now()): Unheard | null {
  const found = kept.read<Unheard>(askedOf(offer))
  return found && now - found.at < SAME_ATTEMPT_MS ? found : null
}

export const forgetUnheard = (offer: string) => kept.remove(askedOf(offer))

/** Order it; with nothing left for WeChat to take it is handed over at once. Raises ApiError. */
export async function place(key: string, wish: Body, beside: Beside): Promise<Unpaid> {
  // A second try keeps the time of the first: its key ends with that.
  const before = unheard(wish.offer)
  const source = before?.source ?? beside.source
  if (!before) kept.write(askedOf(wish.offer), { wish, source, at: Date.now() } satisfies Unheard)
  const { order, wechat_fen, expires_at } = await api.post('/orders', { key, body: { ...wish, ...beside, source } }).catch((refused) => heard(wish.offer, refused))
  forgetUnheard(wish.offer)
  kept.remove(mine(SPENDING))
  if (wechat_fen) kept.write(placeOf(wish.offer), { order, wechat_fen, expires_at } satisfies Unpaid)
  return { order, wechat_fen, expires_at }
}

/** Pay an order that waits. Raises ApiError. */
export async function payOn(offer: string, number: string): Promise<Outcome> {
  try {
    const outcome = await payOrder(number)
    if (outcome === 'handed_over') kept.remove(placeOf(offer))
    return outcome
  } catch (refused) {
    if (isGone(refused)) kept.remove(placeOf(offer))
    throw refused
  }
}

/** Give the waiting order up; whether it was paid after all. Raises ApiError. */
export async function giveUp(offer: string, number: string): Promise<boolean> {
  try {
    await api.post('/orders/{order}/cancel', { path: { order: number } })
  } catch (refused) {
    if (!isSettled(refused) && !isGone(refused)) throw refused
    kept.remove(placeOf(offer))
    return isSettled(refused)
  }
  kept.remove(placeOf(offer))
  return false
}

/** A large spending of stored value is confirmed by the person who holds the phone. Raises ApiError. */
export async function confirmSpending(amountFen: number): Promise<string> {
  const before = kept.read<Sealed>(mine(SPENDING))
  // The same token while an answer may have been lost: it belongs to the order that was asked for.
  if (before && before.amount_fen === amountFen && Date.parse(before.ends_at) > timeNow()) return before.token
  const code = await freshCode()
  if (!code) throw new ApiError(409, 'step_up_needed', '大额储值需要在微信小程序中确认', { next_step: '请在小程序中打开本页付款，或少用一些储值' })
  const told = await api.post('/value/confirmations', { body: { amount_fen: amountFen, code } })
  kept.write(mine(SPENDING), told)
  return told.token
}

/** A refusal is an answer too; only what is not known may be sent again. */
function heard(offer: string, refused: unknown): never {
  if (!(refused instanceof ApiError) || !refused.isOfTheWork) throw refused
  forgetUnheard(offer)
  kept.remove(mine(SPENDING))
  throw refused.code === 'request_key_reused' ? orderedBefore() : refused
}
