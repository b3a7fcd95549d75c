const SOONEST_MS = 3_000
const LATEST_MS = 30_000

/**
 * When to ask for the next code. A code lives half a minute at most: what a wrong clock of the
 * phone makes of its end is kept within that, and without an answer it is asked again soon.
 */
export function afterMs(validUntil: string | null, now: number): number {
  if (validUntil === null) return SOONEST_MS
  return Math.min(LATEST_MS, Math.max(SOONEST_MS, Date.parse(validUntil) - now))
}
