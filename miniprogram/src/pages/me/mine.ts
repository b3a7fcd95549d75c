import { api } from '@/api'
import type { Schema } from '@/api'
import { timeNow } from '@/lib/clock'
import { kept } from '@/lib/kept'
import { session } from '@/stores/session'
import { askMembership } from './tiers'
import type { Membership } from './tiers'

const KEPT = 'mine'
const ENOUGH = 50
// What lowers a price; the other kinds are handed over.
const COUPONS = ['cash', 'discount']
// What is on its way back, or waits for the person to take it.
const OPEN_REFUNDS = ['asked', 'frozen', 'paying']

/** All that the page says about me. What could not be heard is null, and shown as a dash. */
export interface Mine {
  me: Schema<'Me'>
  membership: Membership | null
  points: number | null
  valueFen: number | null
  vouchers: string | null
  coupons: string | null
  unpaid: number
  refunds: number
}

/** Everything at once, in one round trip; only who I am must be heard. Raises ApiError. */
export async function askMine(): Promise<Mine> {
  const [me, tiers, points, value, wallet, orders, refunds] = await Promise.all([
    api.get('/me'),
    softly(askMembership()),
    softly(api.get('/points')),
    softly(api.get('/value')),
    softly(api.get('/wallet', { query: { limit: ENOUGH } })),
    softly(api.get('/orders')),
    softly(api.get('/refunds')),
  ])
  const mine: Mine = {
    me,
    membership: tiers?.found ?? null,
    points: points?.spendable ?? null,
    valueFen: value?.total_fen ?? null,
    vouchers: wallet && countOf(wallet),
    coupons: wallet && countOf({ ...wallet, items: wallet.items.filter(({ kind }) => COUPONS.includes(kind)) }),
    unpaid: unpaidOf(orders?.items ?? []),
    refunds: openOf(refunds?.items ?? []),
  }
  kept.write(KEPT, mine)
  return mine
}

/** As it was last heard, when it was this person. */
export function lastMine(): Mine | null {
  const before = kept.read<Mine>(KEPT)
  return before && before.me.member === session.member() ? before : null
}

/** "12", or "50+" when there are more than were asked for. */
export function countOf(page: { items: unknown[]; next_cursor: string | null }): string {
  return `${page.items.length}${page.next_cursor ? '+' : ''}`
}

/** Orders that still can be paid. */
export function unpaidOf(orders: Pick<Schema<'OrderDetails'>, 'state' | 'expires_at'>[], now = timeNow()): number {
  return orders.filter((order) => order.state === 'pending' && Date.parse(order.expires_at) > now).length
}

/** Refunds on their way, and those whose money waits to be taken. */
export function openOf(refunds: Pick<Schema<'RefundView'>, 'state' | 'to_collect'>[]): number {
  return refunds.filter((refund) => refund.to_collect || OPEN_REFUNDS.includes(refund.state)).length
}

const softly = <T>(asked: Promise<T>): Promise<T | null> => asked.catch(() => null)
