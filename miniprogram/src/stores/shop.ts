import { reactive } from 'vue'
import { send } from '@/api/client'
import type { Schema } from '@/api'
import { kept } from '@/lib/kept'
import { useZone } from '@/lib/time'
import { pictureUrl } from '@/site'

export type Shop = Schema<'ShopView'>

const KEPT = 'shop'
// So long the server calls its answer good.
const GOOD_MS = 60_000
let asking: Promise<Shop> | null = null
let askedAt = 0

/** The shop as it was last heard of: pages draw with it at once and follow when it changes. */
export const shop = reactive<{ told: Shop | null }>({ told: kept.read<Shop>(KEPT) })
if (shop.told) useZone(shop.told.time_zone)

/** What the app needs before anything else, as it was within this minute. Raises ApiError. */
export function loadShop(): Promise<Shop> {
  return asking && Date.now() - askedAt < GOOD_MS ? asking : ask()
}

/** As it is now: its terms are others than those that were known. Raises ApiError. */
export const reloadShop = (): Promise<Shop> => ask(true)

function ask(isFresh = false): Promise<Shop> {
  askedAt = Date.now()
  const mine = send<Shop>({ method: 'get', path: '/shop', isFresh }).then(learn, (refused) => {
    if (asking === mine) asking = null
    throw refused
  })
  asking = mine
  return mine
}

function learn(told: Shop): Shop {
  shop.told = told
  useZone(told.time_zone)
  kept.write(KEPT, told)
  return told
}

export const logoUrl = (): string | null => (shop.told?.logo ? pictureUrl(shop.told.logo) : null)
