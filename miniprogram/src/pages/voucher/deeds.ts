import { api } from '@/api'
import type { Schema } from '@/api'
import type { GlyphName } from '@/components/glyphs'
import { timeNow } from '@/lib/clock'
import { addToBag } from '@/platform/bag'
import { can } from '@/platform/what'
import { standingOf } from '@/pages/wallet/words'

type VoucherView = Schema<'VoucherView'>

/** Something that can be done with a voucher; `to` is a page, else the page itself does it. */
export interface Deed {
  name: 'gift' | 'share' | 'bag' | 'card' | 'refund' | 'complaint'
  words: string
  glyph: GlyphName
  to: string
}

/** The order that brought it, while it is still with whoever bought it: only the buyer is paid back. */
export function orderOf(voucher: Pick<VoucherView, 'timeline'>): string | null {
  const isPassedOn = voucher.timeline.some(({ action }) => action === 'hand_over' || action === 'share')
  if (isPassedOn) return null
  return voucher.timeline.find(({ reference }) => reference?.startsWith('O'))?.reference ?? null
}

export function deedsOf(voucher: VoucherView, now = timeNow()): Deed[] {
  const isUsable = standingOf(voucher, now) === null
  const order = orderOf(voucher)
  const deeds: (Deed | false)[] = [
    isUsable && voucher.can_gift && { name: 'gift', words: '送朋友', glyph: 'gift', to: `/pages/gift/give?voucher=${voucher.voucher}` },
    isUsable && voucher.can_share && { name: 'share', words: '分享一次', glyph: 'share', to: `/pages/share/give?voucher=${voucher.voucher}` },
    isUsable && can.cardBag && voucher.kind !== 'code' && { name: 'bag', words: '微信卡包', glyph: 'card', to: '' },
    { name: 'card', words: '所属卡', glyph: 'ticket', to: `/pages/voucher/card?card=${voucher.card}` },
    order !== null && { name: 'refund', words: '订单与退款', glyph: 'refund', to: `/pages/orders/show?order=${order}` },
    { name: 'complaint', words: '有问题', glyph: 'talk', to: `/pages/complaints/write${order ? `?order=${order}` : ''}` },
  ]
  return deeds.filter((deed): deed is Deed => deed !== false)
}

/** Put it into WeChat's own bag, and what to tell about it. Raises ApiError. */
export async function putIntoBag(voucher: string): Promise<string> {
  const offer = await api.post('/vouchers/{voucher}/card-bag', { path: { voucher } })
  const cards = offer.parameters?.card_list as { cardId: string; cardExt: string }[] | undefined
  if (offer.parameters === null) return '这张券已经在微信卡包里了'
  if (!cards) return '这张券在付款后由微信发放到卡包，可在微信「我-卡包」中查看'
  const { cardId, cardExt } = cards[0]
  const isThere = await addToBag({ card_id: cardId, card_ext: cardExt })
  return isThere ? '已放入微信卡包，在「我-卡包」中也能出示' : '没有放入微信卡包；本店卡包里随时可以出示'
}
