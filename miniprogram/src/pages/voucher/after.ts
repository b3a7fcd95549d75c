import { api } from '@/api'
import type { Schema } from '@/api'

/** What a redemption brought and left: null where it is not known. */
export interface After {
  points: number | null
  usesLeft: number | null
}

// Points are entered with the redemption; another entry of that moment is hardly to be found.
const SAME_MOMENT_MS = 2000

/** Looked up after a redemption, for the person's joy only: nothing is told when it cannot be. */
export async function afterRedeeming(voucher: Schema<'VoucherView'>): Promise<After> {
  const redeemed = [...voucher.timeline].reverse().find(({ action }) => action === 'redeem')
  const [entries, card] = await Promise.all([
    api.get('/points/entries', { query: { limit: 5 } }).catch(() => null),
    api.get('/cards/{card}', { path: { card: voucher.card } }).catch(() => null),
  ])
  return { points: redeemed && entries ? pointsAt(redeemed.at, entries.items) : null, usesLeft: card && card.total > 1 ? card.left : null }
}

export function pointsAt(at: string, entries: { at: string; change: number }[]): number | null {
  const near = entries.filter((entry) => entry.change > 0 && Math.abs(Date.parse(entry.at) - Date.parse(at)) < SAME_MOMENT_MS)
  return near.length ? near.reduce((sum, { change }) => sum + change, 0) : null
}
