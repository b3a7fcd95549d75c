import type { Schema } from '@/api'
import type { GlyphName } from '@/components/glyphs'
import { timeNow } from '@/lib/clock'
import { can } from '@/platform/what'
import { left, moment } from '@/lib/time'

export type Campaign = Schema<'CampaignCard'>

interface Look {
  words: string
  glyph: GlyphName
  tone: string
}
const PLAIN: Look = { words: '活动', glyph: 'star', tone: 'brand' }
const LOOKS: Record<string, Look> = {
  sale: { words: '限时优惠', glyph: 'ticket', tone: 'brand' },
  member_day: { words: '会员日', glyph: 'crown', tone: 'night' },
  grant: { words: '会员礼遇', glyph: 'gift', tone: 'honey' },
  topup_bonus: { words: '储值活动', glyph: 'purse', tone: 'sea' },
  event: { words: '店内活动', glyph: 'calendar', tone: 'leaf' },
  assist: { words: '好友助力', glyph: 'friends', tone: 'dawn' },
}
export const campaignLook = (kind: string): Look => LOOKS[kind] ?? PLAIN

/** Friends' help is shown only where the platform allows it. */
export const shownHere = (campaigns: Campaign[]): Campaign[] => campaigns.filter(({ kind }) => kind !== 'assist' || can.assist)

/** When it is: how long it goes on, or when it begins. */
export function whenWords(campaign: Pick<Campaign, 'running' | 'opens_at' | 'closes_at'>, now = timeNow()): string {
  if (!campaign.running) return `${moment(campaign.opens_at, now)} 开始`
  return campaign.closes_at ? left(campaign.closes_at, now) : '长期有效'
}

/** What it brings, in a few words each. */
export function gains(campaign: Pick<Campaign, 'gifts' | 'points_times' | 'offers'>): string[] {
  const gifts = campaign.gifts.map(({ name, quantity }) => (quantity > 1 ? `${name}×${quantity}` : name))
  return [...gifts, campaign.points_times ?? '', campaign.offers.length ? `${campaign.offers.length}款专享权益` : ''].filter(Boolean)
}
