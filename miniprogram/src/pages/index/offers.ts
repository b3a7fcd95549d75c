import type { Schema } from '@/api'
import type { GlyphName } from '@/components/glyphs'
import { timeNow } from '@/lib/clock'
import { goTo } from '@/lib/going'
import { yuan } from '@/lib/money'
import { session } from '@/stores/session'

/** What the shelf and a campaign both tell of an offer. */
export type Shown = Pick<
  Schema<'OfferCard'>,
  | 'offer' | 'kind' | 'kind_text' | 'kind_lines' | 'title' | 'description' | 'cover_path' | 'price_fen' | 'points'
  | 'total_value_fen' | 'saving_fen' | 'remaining' | 'sold_out' | 'buy' | 'sale_starts_at' | 'sale_ends_at'
> & { on_sale?: boolean }

/** `not_here`: this platform may not sell it; then no price is shown either. */
export type Sale = 'not_here' | 'over' | 'coming' | 'sold_out' | 'closed' | 'open'

const FEW = 20
const LINKED_FROM = 'member_share'

interface Look {
  glyph: GlyphName
  tone: string
}
const PLAIN: Look = { glyph: 'ticket', tone: 'brand' }
const LOOKS: Record<string, Look> = {
  single: PLAIN,
  bundle: { glyph: 'card', tone: 'brand' },
  assist: { glyph: 'friends', tone: 'dawn' },
  membership: { glyph: 'crown', tone: 'night' },
  subscription: { glyph: 'parcel', tone: 'leaf' },
  topup: { glyph: 'purse', tone: 'sea' },
  gift_card: { glyph: 'gift', tone: 'honey' },
}
export const lookOf = (kind: string): Look => LOOKS[kind] ?? PLAIN

export function saleOf(offer: Shown, now = timeNow()): Sale {
  if (!offer.buy.allowed) return 'not_here'
  if (offer.sale_ends_at && Date.parse(offer.sale_ends_at) <= now) return 'over'
  if (offer.sale_starts_at && Date.parse(offer.sale_starts_at) > now) return 'coming'
  if (offer.sold_out) return 'sold_out'
  return offer.on_sale === false ? 'closed' : 'open'
}

/** "仅剩3份" while few are left; nothing without a limit, or with plenty. */
export function stockWords(offer: Pick<Shown, 'remaining' | 'sold_out'>): string {
  if (offer.sold_out || offer.remaining === null || offer.remaining > FEW) return ''
  return `仅剩${offer.remaining}份`
}

/** "500积分+9.9元", as it is read out. */
export function priceWords(offer: Pick<Shown, 'price_fen' | 'points' | 'buy'>): string {
  if (offer.price_fen === null) return offer.buy.text ?? ''
  const money = `${yuan(offer.price_fen)}元`
  if (!offer.points) return money
  return offer.price_fen ? `${offer.points}积分加${money}` : `${offer.points}积分`
}

/** A page of ours that says who shared it; orders that come of it name him. */
export function sharedPath(path: string): string {
  const member = session.member()
  if (!member) return path
  return `${path}${path.includes('?') ? '&' : '?'}channel=${LINKED_FROM}&sharer=${member}`
}

export const openOffer = (offer: string) => goTo(`/pages/offer/show?offer=${offer}`)
