import { timeNow } from '@/lib/clock'
const STEP_MS = 30_000
const SLACK_MS = 600
// Nothing is known of the server's time when the phone's clock is wrong: then ask so often.
const BLIND_MS = 10_000

/** How long this code can be shown, in ms, when it was heard at `now` by the phone's clock. */
export function shownForMs(validUntil: string, now = timeNow()): number {
  const left = Date.parse(validUntil) - now
  return left > 0 && left <= STEP_MS + SLACK_MS ? left : BLIND_MS
}
