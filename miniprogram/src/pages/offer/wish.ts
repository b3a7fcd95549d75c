import type { Schema } from '@/api'
import { instant } from '@/lib/time'
import { oneLine } from '@/lib/words'

export type Quote = Schema<'CheckoutQuote'>
/** The order without what is told beside it. */
export type Body = Omit<Schema<'PlaceOrder'>, 'confirmation' | 'source'>
export type Beside = Pick<Schema<'PlaceOrder'>, 'confirmation' | 'source'>
export type Cover = NonNullable<Schema<'OrderAsGift'>['cover']>

/** What the person chose; the server counts what it costs. `voucher`: a number, the best, or none. */
export interface Wish {
  offer: string
  quantity: number
  voucher: string
  usesPoints: boolean
  usesValue: boolean
  fromFamily: boolean
}

export interface Wrapping {
  cover: Cover
  message: string
  /** A day as "2026-12-24"; empty for at once. */
  day: string
}

export const BEST = 'best'
export const NONE = 'none'
// As much as there is: the server cuts what is asked to what may be spent.
const ALL_POINTS = 1_000_000_000
const ALL_FEN = 10_000_000_000
/** When a gift for a day may be opened, by the shop's wall clock. */
export const GIVEN_AT = '09:00'

const BOUND_TO_THE_BUYER = ['membership', 'subscription', 'topup']
const HOLDS_MONEY = ['topup', 'gift_card']

export const mostPieces = (offer: Pick<Schema<'OfferView'>, 'kind' | 'per_member_limit' | 'remaining'>): number =>
  BOUND_TO_THE_BUYER.includes(offer.kind) ? 1 : Math.max(1, Math.min(100, offer.per_member_limit ?? 100, offer.remaining ?? 100))

export const termsFor = (kind: string): string[] => (HOLDS_MONEY.includes(kind) ? ['user', 'value'] : ['user'])

export function asked(wish: Wish) {
  const isNamed = wish.voucher !== BEST && wish.voucher !== NONE
  return {
    offer: wish.offer,
    quantity: wish.quantity,
    best: wish.voucher === BEST,
    voucher: isNamed ? wish.voucher : undefined,
    points: wish.usesPoints ? ALL_POINTS : 0,
    value_fen: wish.usesValue ? ALL_FEN : 0,
    from_family: wish.usesValue && wish.fromFamily,
  }
}

/** The order of what was counted: it names each pot, so that nothing else is taken. */
export function orderOf(wish: Wish, quote: Quote, pricePoints: number, gift: Wrapping | null): Body {
  return {
    offer: wish.offer,
    quantity: wish.quantity,
    gift: gift ? { cover: gift.cover, message: oneLine(gift.message) || null, gives_at: gift.day ? instant(gift.day, GIVEN_AT) : null } : null,
    voucher: quote.voucher,
    // Points that are the price itself are not named; those that pay a part are.
    points: pricePoints ? 0 : quote.points,
    value_fen: quote.value_fen,
    from_family: wish.fromFamily && quote.value_fen > 0,
  }
}

/** Which voucher is counted, and why this one: nothing is chosen silently. */
export function chosenWords({ voucher, best, vouchers }: Pick<Quote, 'voucher' | 'best' | 'vouchers'>): string {
  const chosen = vouchers.find((each) => each.voucher === voucher)
  if (!chosen) return ''
  const others = vouchers.filter(({ why }) => !why).length - 1
  const why = chosen.voucher === best ? (others ? `${others + 1}张可用券里省得最多` : '仅这张可用') : chosen.reason
  return [`「${chosen.name}」${chosen.face}`, why].filter(Boolean).join('，')
}

/** What lowers the price and what pays the rest, line by line. */
export function sumLines(quote: Quote): { words: string; fen: number; isLess: boolean }[] {
  return [
    { words: '商品金额', fen: quote.list_fen, isLess: false },
    { words: '优惠券', fen: quote.voucher_fen, isLess: true },
    { words: '积分抵扣', fen: quote.points_fen, isLess: true },
  ].filter((line) => !line.isLess || line.fen > 0)
}

/** What it says on the button, by what is left to pay. */
export function payWords(quote: Quote | null): string {
  if (!quote) return '提交订单'
  if (quote.wechat_fen) return '微信支付'
  if (quote.value_fen) return '储值支付'
  return quote.points ? '确认兑换' : '免费领取'
}
