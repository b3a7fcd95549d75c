import type { Schema } from '@/api'
import { kept } from '@/lib/kept'
import { oneLine } from '@/lib/words'

/** How the person came: orders carry it, because it cannot be found out later. */
export interface Arrival {
  scene: number | null
  channel: string | null
  sharer: string | null
  shareTicket: string | null
}

interface Options {
  scene?: number
  query?: Record<string, string>
  shareTicket?: string
}

interface Kept {
  latest: Arrival
  at: number
}

const PLACE = 'arrival'
// As long as a visit: on the web, signing in loads the page anew.
const VISIT_MS = 30 * 60_000
const LONGEST_CHANNEL = 40
const nowhere: Arrival = { scene: null, channel: null, sharer: null, shareTicket: null }
let latest: Arrival | null = null

export function rememberArrival(options?: Options): void {
  if (!options) return
  const query = options.query ?? {}
  const before = arrival()
  keep({
    scene: options.scene ?? null,
    channel: query.channel ?? query.ch ?? before.channel,
    sharer: query.sharer ?? query.s ?? before.sharer,
    shareTicket: options.shareTicket ?? null,
  })
}

/** A code on paper says at which place it hangs. */
export function cameBy(channel: string): void {
  keep({ ...arrival(), channel })
}

export function arrival(): Arrival {
  latest ??= before()
  return latest
}

/** As orders take it. A link may say anything: what the server would refuse is cut or left out. */
export function sourceOf({ channel, scene, sharer }: Arrival): Schema<'OrderSource'> {
  return {
    channel: [...oneLine(channel ?? '')].slice(0, LONGEST_CHANNEL).join('') || null,
    scene: scene === null ? null : String(scene),
    // The chat is sealed, and brought beside this (platform/group.ts).
    group: null,
    referrer: null,
    sharer: sharer && /^[2-9A-Z][2-9A-HJ-NP-Z]{16}$/.test(sharer) ? sharer : null,
  }
}

function before(): Arrival {
  const found = kept.read<Kept>(PLACE)
  return found && Date.now() - found.at < VISIT_MS ? { ...found.latest, shareTicket: null } : nowhere
}

function keep(arrived: Arrival): void {
  latest = arrived
  kept.write(PLACE, { latest: arrived, at: Date.now() } satisfies Kept)
}
