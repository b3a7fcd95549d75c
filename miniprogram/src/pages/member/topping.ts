import { ApiError, api, open } from '@/api'
import type { Schema } from '@/api'
import { timeNow } from '@/lib/clock'
import { kept } from '@/lib/kept'
import { isGone, orderedBefore, payOrder } from '@/lib/paying'
import { mine } from '@/stores/session'

type Offer = Schema<'OfferCard'>
type Source = Schema<'OrderSource'>

// Apart for each person: on the web the next one may use the same browser.
const place = () => mine('top-up-unpaid')
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
export function unpaidFor(offer: string, now = timeNow()): string | null {
  const before = kept.read<Unpaid>(place())
  return before?.offer === offer && Date.parse(before.expires_at) - now > STILL_MS ? before.order : null
}

/**
 * Order, or take up again what was ordered, and open the pay sheet. The order's number; null when
 * the person closed the sheet, and then the next try pays the same order. Raises ApiError.
 */
export async function topUp(key: string, offer: string, source: Source): Promise<string | null> {
  const order = unpaidFor(offer) ?? (await ordered(key, offer, source))
  try {
    if ((await payOrder(order)) === 'unpaid') return null
  } catch (refused) {
    if (isGone(refused)) kept.remove(place())
    throw refused
  }
  kept.remove(place())
  return order
}

async function ordered(key: string, offer: string, source: Source): Promise<string> {
  try {
    const { order, expires_at } = await api.post('/orders', { key, body: { offer, quantity: 1, source, ...NO_POTS } })
    kept.write(place(), { offer, order, expires_at } satisfies Unpaid)
    return order
  } catch (refused) {
    throw refused instanceof ApiError && refused.code === 'request_key_reused' ? orderedBefore() : refused
  }
}
