import { timeNow } from '@/lib/clock'
import { endsSoon } from '@/lib/time'
import { standingOf } from './words'
import type { Voucher } from './words'

/** Vouchers of one card that are the same in everything a person sees. */
export interface Alike {
  first: Voucher
  count: number
  vouchers: string[]
}

/** A card with several uses; `usable` of them can be used now. */
export interface Pack {
  card: string
  title: string
  usable: number
  endsFirst: string
  inside: { name: string; count: number }[]
}

export interface Shelves {
  soon: Alike[]
  packs: Pack[]
  singles: Alike[]
}

/**
 * The usable vouchers as the wallet lays them out: what ends within three days, cards with several
 * uses, and the rest. What is urgent stands in its card as well, so a card's count is whole.
 */
export function layOut(items: Voucher[], now = timeNow()): Shelves {
  const ofCard = new Map<string, Voucher[]>()
  for (const item of items) ofCard.set(item.card, [...(ofCard.get(item.card) ?? []), item])
  const packs = [...ofCard.values()].filter((mine) => mine.length > 1)
  const isUrgent = (item: Voucher) => !standingOf(item, now) && endsSoon(item.valid_until, 3, now)
  const singles = items.filter((item) => ofCard.get(item.card)?.length === 1 && !isUrgent(item))
  return { soon: alike(items.filter(isUrgent)), packs: packs.map((mine) => packOf(mine, now)), singles: alike(singles) }
}

/** The same things once, in the order in which they first came. */
export function alike(items: Voucher[]): Alike[] {
  const found = new Map<string, Alike>()
  for (const item of items) {
    const mark = JSON.stringify([item.card, item.name, item.face, item.state, item.valid_from, item.valid_until])
    const same = found.get(mark)
    if (same) {
      same.count += 1
      same.vouchers.push(item.voucher)
    } else found.set(mark, { first: item, count: 1, vouchers: [item.voucher] })
  }
  return [...found.values()]
}

function packOf(mine: Voucher[], now: number): Pack {
  const names = new Map<string, number>()
  for (const { name } of mine) names.set(name, (names.get(name) ?? 0) + 1)
  return {
    card: mine[0].card,
    title: mine[0].card_title,
    usable: mine.filter((item) => !standingOf(item, now)).length,
    endsFirst: mine.map((item) => item.valid_until).sort((a, b) => Date.parse(a) - Date.parse(b))[0],
    inside: [...names].map(([name, count]) => ({ name, count })),
  }
}
