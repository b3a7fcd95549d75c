import type { Schema } from '@/api'
import { timeNow } from '@/lib/clock'
import { left, moment } from '@/lib/time'

type Gift = Pick<Schema<'GiftDetails'>, 'state' | 'gives_at' | 'ends_at'>

interface Told {
  title: string
  next: string
  tone: 'brand' | 'quiet' | 'good' | 'warn'
}

/** Whether a friend may still take it, now or later. */
export const isOpen = ({ state }: Pick<Gift, 'state'>): boolean => state === 'scheduled' || state === 'waiting'

const TO_GIVER: Record<string, (gift: Gift, now: number) => Told> = {
  scheduled: (gift, now) => ({ title: '等待送出', next: `${moment(gift.gives_at, now)} 起可以打开，卡片可以提前发给朋友`, tone: 'brand' }),
  waiting: (gift, now) => ({ title: '等待领取', next: `${left(gift.ends_at, now)}，无人领取会自动退回卡包`, tone: 'brand' }),
  claimed: () => ({ title: '已被领取', next: '礼物已到朋友的卡包里', tone: 'good' }),
  declined: () => ({ title: '朋友婉拒了', next: '里面的券已退回卡包', tone: 'warn' }),
  recalled: () => ({ title: '已撤回', next: '里面的券已回到卡包', tone: 'quiet' }),
  expired: () => ({ title: '无人领取', next: '里面的券会自动退回卡包', tone: 'warn' }),
  returned: () => ({ title: '已退回', next: '24 小时内无人领取，里面的券已退回卡包', tone: 'quiet' }),
}

const TO_FRIEND: Record<string, (gift: Gift, now: number) => Told> = {
  scheduled: (gift, now) => ({ title: '还没到打开的时间', next: `${moment(gift.gives_at, now)} 起可以收下`, tone: 'brand' }),
  waiting: (gift, now) => ({ title: '一份礼物', next: `${left(gift.ends_at, now)}，过时会退回给送礼的人`, tone: 'brand' }),
  claimed: () => ({ title: '礼物已被领取', next: '每份礼物只有一位朋友可以收下', tone: 'quiet' }),
  declined: () => ({ title: '礼物已退回', next: '有朋友婉拒了这份礼物，它已回到送礼的人那里', tone: 'quiet' }),
  recalled: () => ({ title: '礼物已撤回', next: '送礼的人撤回了这份礼物', tone: 'quiet' }),
  expired: () => ({ title: '礼物已过期', next: '超过领取时间，已退回给送礼的人', tone: 'quiet' }),
  returned: () => ({ title: '礼物已过期', next: '超过领取时间，已退回给送礼的人', tone: 'quiet' }),
}

export const toldGiver = (gift: Gift, now = timeNow()): Told => TO_GIVER[gift.state](gift, now)
export const toldFriend = (gift: Gift, now = timeNow()): Told => TO_FRIEND[gift.state](gift, now)

/** "大杯拿铁等3张券". */
export function insideText(inside: Schema<'GiftItem'>[]): string {
  const count = inside.reduce((sum, { quantity }) => sum + quantity, 0)
  if (!inside.length) return '礼物'
  return count === 1 ? inside[0].name : `${inside[0].name}等${count}张券`
}
