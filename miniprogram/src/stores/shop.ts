import { reactive } from 'vue'
import { open } from '@/api'
import type { Schema } from '@/api'
import { kept } from '@/lib/kept'
import { pictureUrl } from '@/site'

export type Shop = Schema<'ShopView'>

const KEPT = 'shop'
let asking: Promise<Shop> | null = null

/** The shop as it was last heard of: pages draw with it at once and follow when it changes. */
export const shop = reactive<{ told: Shop | null }>({ told: kept.read<Shop>(KEPT) })

/** What the app needs before anything else; asked once in each start. Raises ApiError. */
export function loadShop(): Promise<Shop> {
  asking ??= open.get('/shop').then(
    (told) => {
      shop.told = told
      kept.write(KEPT, told)
      return told
    },
    (refused) => {
      asking = null
      throw refused
    },
  )
  return asking
}

export const logoUrl = (): string | null => (shop.told?.logo ? pictureUrl(shop.told.logo) : null)
