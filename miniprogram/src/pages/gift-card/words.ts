import type { Schema } from '@/api'
import { timeNow } from '@/lib/clock'
import { day } from '@/lib/time'

export type GiftCard = Schema<'GiftCardTold'>
export type Behind = Schema<'GiftCardBehindLink'>

/** Where a card stands for its people: `late` is one without a name whose time is over. */
export type Standing = 'free' | 'late' | 'claimed' | 'refunded'

export function standingOf(card: Pick<GiftCard, 'state' | 'valid_until'>, now = timeNow()): Standing {
  if (card.state === 'claimed') return 'claimed'
  if (card.state === 'refunded') return 'refunded'
  return card.valid_until && Date.parse(card.valid_until) <= now ? 'late' : 'free'
}

const SEALS: Record<Standing, string> = { free: '', late: '待激活', claimed: '已领取', refunded: '已退款' }
export const sealOf = (standing: Standing): string => SEALS[standing]

export function termOf(card: Pick<GiftCard, 'is_named' | 'valid_until'>): string {
  if (card.is_named || !card.valid_until) return '记名卡 · 长期有效'
  return `不记名卡 · ${day(card.valid_until)}前领取`
}
