import { kept } from './kept'

const KEPT = 'clock'
// A server's word about the time has whole seconds.
const SECOND_MS = 1000

// ms to add to this phone's clock, as it was last heard: without network the phone may be wrong as before.
let offsetMs = kept.read<number>(KEPT) ?? 0

/** What there is to add to the phone's clock, in ms. */
export const clockOffset = (): number => offsetMs

/** The server's time in ms, since the clock of a phone may be hours wrong. */
export const timeNow = (): number => Date.now() + offsetMs

/**
 * An answer said `date`, between asking and hearing (`sentAt`, `heardAt`, ms by the phone's clock).
 * What fits to what was heard before changes nothing, so a phone that is right stays as it is.
 */
export function hearTime(date: string, sentAt: number, heardAt: number): void {
  const told = Date.parse(date)
  if (Number.isNaN(told)) return
  const [least, most] = [told - heardAt, told + SECOND_MS - sentAt]
  if (least <= offsetMs && offsetMs <= most) return
  offsetMs = Math.round((least + most) / 2)
  kept.write(KEPT, offsetMs)
}
