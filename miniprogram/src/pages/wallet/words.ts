import type { Schema } from '@/api'
import type { GlyphName } from '@/components/glyphs'
import { timeNow } from '@/lib/clock'
import { endsSoon, lastDay, left, moment } from '@/lib/time'

export type Voucher = Schema<'WalletItem'>

interface Standing {
  words: string
  next: string
  glyph: GlyphName
}

/** Why a voucher cannot be used, and what becomes of it. Usable ones are not in here. */
const STANDINGS: Record<string, Standing> = {
  issuing: { words: '发放中', next: '正在备货，备好后自动到账，不用重新操作', glyph: 'clock' },
  locked: { words: '待解锁', next: '完成解锁任务后即可使用', glyph: 'lock' },
  held: { words: '暂不可用', next: '正在转赠、下单或预约中，结束或取消后恢复', glyph: 'gift' },
  frozen: { words: '已冻结', next: '退款处理中或由商家冻结，恢复后即可使用', glyph: 'shield' },
  redeemed: { words: '已使用', next: '这张券已经用过了，感谢光临', glyph: 'check' },
  expired: { words: '已过期', next: '已过有效期；支持过期退的，可在订单中查看退款', glyph: 'clock' },
  void: { words: '已失效', next: '已退款或已作废，不能再使用', glyph: 'info' },
}
const SEALED = new Set(['redeemed', 'expired', 'void'])

type Held = Pick<Voucher, 'state' | 'valid_until'>

/** The state at `now`: what is over may still be marked as usable. */
const stateAt = ({ state, valid_until: until }: Held, now: number) => (!SEALED.has(state) && Date.parse(until) <= now ? 'expired' : state)

/** Why it cannot be used now; null while it can. */
export const standingOf = (voucher: Held, now = timeNow()): Standing | null => STANDINGS[stateAt(voucher, now)] ?? null

/** Whether nothing can be done with it any more. */
export const isOver = (voucher: Held, now = timeNow()): boolean => SEALED.has(stateAt(voucher, now))

/** What is stamped on a ticket that is over; nothing on all others. */
export function sealOf(voucher: Held, now = timeNow()): string {
  return isOver(voucher, now) ? STANDINGS[stateAt(voucher, now)].words : ''
}

/** The server's face made short enough for a stub: "抵扣12.50元" → "¥12.50", "8.5折（最多…）" → "8.5折". */
export function shortFace(face: string): string {
  const off = /^抵扣([\d.]+)元$/.exec(face)
  if (off) return `¥${off[1].replace(/\.00$/, '')}`
  return face.replace(/（.*）$/, '')
}

/** What `shortFace` left out: "最多优惠20.00元". */
export const faceRest = (face: string): string => /（(.*)）$/.exec(face)?.[1] ?? ''

const KIND_WORDS: Record<string, string> = { exchange: '兑换券', right: '权益', delivery: '到家', code: '兑换码', booking: '预约券' }
const LONGEST_ON_STUB = 5

/** What a ticket's stub says: the face while it is short, else what kind of thing it is. */
export function stubOf({ kind, face }: Pick<Voucher, 'kind' | 'face'>): string {
  const short = shortFace(face)
  return short.length > LONGEST_ON_STUB ? (KIND_WORDS[kind] ?? short) : short
}

/** What stands below a ticket's name: what the stub leaves out, and the card that it belongs to. */
export function underName(voucher: Pick<Voucher, 'kind' | 'face' | 'name' | 'card_title'>): string {
  const isTold = stubOf(voucher) === shortFace(voucher.face)
  const card = voucher.card_title === voucher.name ? '' : voucher.card_title
  return [isTold ? faceRest(voucher.face) : voucher.face, card].filter(Boolean).join(' · ')
}

/** One line about time: the most urgent thing that there is to say. */
export function whenText(voucher: Pick<Voucher, 'valid_from' | 'valid_until'>, now = timeNow()): string {
  if (Date.parse(voucher.valid_from) > now) return `${moment(voucher.valid_from, now)} 起可用`
  const isNear = Date.parse(voucher.valid_until) > now && endsSoon(voucher.valid_until, 3, now)
  return isNear ? `${left(voucher.valid_until, now)}到期` : `有效期至${lastDay(voucher.valid_until)}`
}

/** A picture for each kind of benefit. */
const KINDS: Record<string, GlyphName> = {
  cash: 'purse', discount: 'ticket', shipping: 'parcel', exchange: 'gift', right: 'star', delivery: 'parcel', code: 'lock', booking: 'calendar',
}
export const glyphOf = (kind: string): GlyphName => KINDS[kind] ?? 'ticket'

/** Where a number leads that the timeline names, by its first letter. */
const PLACES: Record<string, { words: string; page: string }> = {
  Z: { words: '查看礼物', page: '/pages/gift/show?gift=' },
  H: { words: '查看共享', page: '/pages/share/show?share=' },
  O: { words: '查看订单', page: '/pages/orders/show?order=' },
  R: { words: '查看退款', page: '/pages/orders/refund-show?refund=' },
  Y: { words: '查看退款', page: '/pages/orders/refund-show?refund=' },
  5: { words: '查看预约', page: '/pages/bookings/show?booking=' },
}

export function placeOf(reference: string | null | undefined): { words: string; url: string } | null {
  const place = reference ? PLACES[reference[0]] : undefined
  return place ? { words: place.words, url: place.page + reference } : null
}

/** 18 digits as people read them out: 4-4-4-6. */
export const spaced = (digits: string): string => digits.replace(/^(\d{4})(\d{4})(\d{4})/, '$1 $2 $3 ')
