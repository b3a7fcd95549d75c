import { clockOffset } from '@/lib/clock'

const STEP_MS = 30_000

/**
 * The time by which codes end. Each code that is heard says something: between asking and hearing,
 * the server's time was within the half minute before `valid_until`. What all of them allow is what
 * the clock may be off by; what the app knows of it (lib/clock.ts) is taken while they allow it.
 */
export class ServerClock {
  private least = -Infinity
  private most = Infinity

  /** `sentAt` and `heardAt` in ms by the phone's clock. */
  learn(validUntil: string, sentAt: number, heardAt: number): void {
    const until = Date.parse(validUntil)
    const least = Math.max(this.least, until - STEP_MS - heardAt)
    const most = Math.min(this.most, until - sentAt)
    // The phone's clock was set meanwhile: only the newest is worth something.
    const isTorn = least > most
    this.least = isTorn ? until - STEP_MS - heardAt : least
    this.most = isTorn ? until - sentAt : most
  }

  /** ms to add to the phone's clock. */
  get offset(): number {
    const usual = clockOffset()
    if (this.least <= usual && this.most >= usual) return usual
    return Math.round((this.least + this.most) / 2)
  }

  now(at = Date.now()): number {
    return at + this.offset
  }

  /** Whole seconds until then, never less than none. */
  secondsTo(iso: string, at = Date.now()): number {
    return Math.max(0, Math.ceil((Date.parse(iso) - this.now(at)) / 1000))
  }
}
