import { ApiError, api } from '@/api'
import type { Schema } from '@/api'
import { kept } from '@/lib/kept'
import { stateAt } from './words'

type ShareDetails = Schema<'ShareDetails'>

/** What is shared: one voucher, or some uses of a card (`title` is the card's). */
export type Wish = { voucher: string } | { card: string; title: string; uses: number }

const placeOf = (share: string) => `share:${share}`
const unheardOf = (wish: Wish) => `share-unheard:${'voucher' in wish ? wish.voucher : wish.card}`

/** The link is told once, so this phone keeps it: a new one would end the one that was sent. */
export const linkPath = {
  read: (share: string) => kept.read<string>(placeOf(share)),
  write: (share: string, path: string) => kept.write(placeOf(share), path),
  remove: (share: string) => kept.remove(placeOf(share)),
}

/**
 * Make a share and keep its link; the share's number. These requests carry no key: when an answer
 * was lost, the share that it made is looked for before another one is asked for. Raises ApiError.
 */
export async function makeShare(wish: Wish): Promise<string> {
  const place = unheardOf(wish)
  if (kept.read<boolean>(place)) {
    const lost = await findLost(wish)
    if (lost) {
      kept.remove(place)
      return lost
    }
  }
  // Before the request: the app may be closed while it waits.
  kept.write(place, true)
  try {
    const made = await ask(wish)
    linkPath.write(made.share, made.path)
    kept.remove(place)
    return made.share
  } catch (refused) {
    if (refused instanceof ApiError && !refused.isUnknown) kept.remove(place)
    throw refused
  }
}

const ask = (wish: Wish) =>
  'voucher' in wish
    ? api.post('/shares', { body: { voucher: wish.voucher } })
    : api.post('/sub-cards', { body: { card: wish.card, uses: wish.uses } })

/** A waiting share of this whose link was never heard here. */
async function findLost(wish: Wish): Promise<string | null> {
  const { items } = await api.get('/shares', { query: { box: 'given', limit: 20 } })
  return items.find((share) => stateAt(share) === 'waiting' && !linkPath.read(share.share) && isOf(share, wish))?.share ?? null
}

const isOf = (share: ShareDetails, wish: Wish) =>
  'voucher' in wish
    ? share.uses.some(({ voucher }) => voucher === wish.voucher)
    : share.kind === 'sub_card' && share.title === wish.title && share.uses.length === wish.uses
