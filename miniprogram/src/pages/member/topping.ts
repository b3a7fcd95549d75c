import { ApiError, api, open } from '@/api'
import type { Schema } from '@/api'
import { kept } from '@/lib/kept'
import { arrival } from '@/platform/arrival'
import { pay } from '@/platform/pay'
import type { Arrival } from '@/platform/arrival'

type Offer = Schema<'OfferCard'>

const KEPT = 'top-up-unpaid'
const MOST = 100
const MOST_PAGES = 5
// Less than this is too short for a pay sheet.
const STILL_MS = 60_000
// Stored value is bought with money alone.
const NO_POTS = { gift: null, voucher: null, points: 0, value_fen: 0, from_family: false, confirmation: null }

interface Unpaid {
  offer: string
  order: string
  expires_at: string
}

/** What can be put in: the shelf cannot be asked for one kind, so it is read to its end. Raises ApiError. */
export async function askTopUps(): Promise<Offer[]> {
  const found: Offer[] = []
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { items, next_cursor: next } = await open.get('/offers', { query: { limit: MOST, cursor } })
    found.push(...items.filter(({ kind }) => kind === 'topup'))
    if (!next) break
    cursor = next
  }
  return found.sort((one, other) => (one.price_fen ?? 0) - (other.price_fen ?? 0))
}

/** What is given on top, in fen; null where no price may be shown. */
export function bonusOf({ price_fen: price, total_value_fen: worth }: Pick<Offer, 'price_fen' | 'total_value_fen'>): number | null {
  return price === null ? null : Math.max(0, worth - price)
}

/** The order of this offer that was placed and not paid, while there is time. */
export function unpaidFor(offer: string, now = Date.now()): string | null {
  const before = kept.read<Unpaid>(KEPT)
  return before?.offer === offer && Date.parse(before.expires_at) - now > STILL_MS ? before.order : null
}

/**
 * Order, or take up again what was ordered, and open the pay sheet. The order's number; null when
 * the person closed the sheet, and then the next try pays the same order. Raises ApiError, Error.
 */
export async function topUp(key: string, offer: string): Promise<string | null> {
  const order = unpaidFor(offer) ?? (await place(key, offer))
  try {
    const told = await api.post('/orders/{order}/prepay', { path: { order } })
    if ((await pay(told)) === 'cancelled') return null
  } catch (refused) {
    const code = refused instanceof ApiError ? refused.code : ''
    if (code === 'order_not_payable') await lookWhetherPaid(order, refused)
    else if (code !== 'already_paid') throw refused
  }
  kept.remove(KEPT)
  return order
}

/** Paid after all, or too late: the order says it. Raises ApiError when it is closed or still waits. */
async function lookWhetherPaid(order: string, refused: unknown): Promise<void> {
  const { state } = await api.get('/orders/{order}', { path: { order } })
  if (state === 'closed') kept.remove(KEPT)
  if (state === 'closed' || state === 'pending') throw refused
}

async function place(key: string, offer: string): Promise<string> {
  const body = { offer, quantity: 1, source: sourceOf(arrival()), ...NO_POTS }
  const placed = await api.post('/orders', { key, body })
  kept.write(KEPT, { offer, order: placed.order, expires_at: placed.expires_at })
  return placed.order
}

function sourceOf({ scene, channel, sharer }: Arrival): Schema<'OrderSource'> {
  return { scene: scene === null ? null : String(scene), channel, sharer, group: null, referrer: null }
}
