import { timeNow } from '@/lib/clock'
import type { Alike } from '@/pages/wallet/grouping'
import { standingOf } from '@/pages/wallet/words'
import type { Voucher } from '@/pages/wallet/words'
import { dateValue, instant } from '@/lib/time'

export const MOST_DAYS_AHEAD = 60
const DAY_MS = 86_400_000

/** What may be chosen at all: the server knows the terms, here only what is plain to see is left out. */
export const givable = (items: Voucher[], now = timeNow()): Voucher[] => items.filter((item) => standingOf(item, now) === null)

/** How many of each group, as the numbers of the vouchers; `counts` by the group's first voucher. */
export function chosenOf(groups: Alike[], counts: Record<string, number>): string[] {
  return groups.flatMap((group) => group.vouchers.slice(0, counts[group.first.voucher] ?? 0))
}

/** Days that may be chosen to give on, as the picker wants them. */
export const daysAhead = (now = timeNow()): { first: string; last: string } => ({
  first: dateValue(now),
  last: dateValue(now + (MOST_DAYS_AHEAD - 1) * DAY_MS),
})

/** When it is given: null for at once, also for a moment that has gone by. */
export function givesAt(date: string, time: string, now = timeNow()): string | null {
  if (!date) return null
  const at = instant(date, time)
  return Date.parse(at) > now ? at : null
}
