import type { Schema } from '@/api'
import { timeNow } from '@/lib/clock'
import { left } from '@/lib/time'

type Share = Pick<Schema<'ShareDetails'>, 'state' | 'ends_at'>

interface Told {
  title: string
  next: string
  tone: 'brand' | 'quiet' | 'good' | 'warn'
}

/** The state as it is at `now`: a link whose time is over may still be marked as waiting. */
export const stateAt = ({ state, ends_at: end }: Share, now = timeNow()): string =>
  state === 'waiting' && Date.parse(end) <= now ? 'expired' : state

const TO_OWNER: Record<string, (share: Share, now: number) => Told> = {
  waiting: (share, now) => ({ title: '等待朋友领取', next: `${left(share.ends_at, now)}，无人领取会自动恢复可用`, tone: 'brand' }),
  claimed: () => ({ title: '朋友已领取', next: '朋友到店出示券码即可使用；还没用的可以收回', tone: 'good' }),
  taken_back: () => ({ title: '已收回', next: '朋友没用的已回到自己的卡包', tone: 'quiet' }),
  withdrawn: () => ({ title: '已取消', next: '链接已失效，券已恢复可用', tone: 'quiet' }),
  expired: () => ({ title: '无人领取', next: '链接已失效，券会自动恢复可用', tone: 'warn' }),
}

const TO_FRIEND: Record<string, (share: Share, now: number) => Told> = {
  waiting: (share, now) => ({ title: '可以领取', next: left(share.ends_at, now), tone: 'brand' }),
  claimed: () => ({ title: '已被领取', next: '每份共享只给一位朋友使用', tone: 'quiet' }),
  taken_back: () => ({ title: '已被收回', next: '分享的朋友收回了没有用的部分', tone: 'quiet' }),
  withdrawn: () => ({ title: '已取消', next: '分享的朋友取消了这次共享', tone: 'quiet' }),
  expired: () => ({ title: '链接已过期', next: '超过领取时间，可请朋友重新分享', tone: 'quiet' }),
}

export const toldOwner = (share: Share, now = timeNow()): Told => TO_OWNER[stateAt(share, now)](share, now)
export const toldFriend = (share: Share, now = timeNow()): Told => TO_FRIEND[stateAt(share, now)](share, now)

/** The same name once, with how often: "大杯拿铁×3 · 黄油曲奇×1". */
export function namesText(names: string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => `${name}×${count}`).join(' · ')
}

/** What the card in the chat says. */
export const chatTitle = (title: string, uses: number): string => `「${title}」分你${uses}次，到店就能用`
