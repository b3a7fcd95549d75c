import type { Schema } from '@/api'
import { timeNow } from '@/lib/clock'
import { dateValue, moment } from '@/lib/time'

export type Card = Schema<'MonthlyCard'>
export type Period = Schema<'MonthlyPeriod'>
export type Parcel = Schema<'MyParcel'>

type Tone = 'brand' | 'quiet' | 'good' | 'warn' | 'bad'
interface Said {
  words: string
  tone: Tone
}

const CARDS: Record<string, string> = { active: '进行中', paused: '已暂停', done: '已全部开始', stopped: '已停止' }

const PERIODS: Record<string, Said> = {
  opened: { words: '已开始', tone: 'good' },
  waiting: { words: '未开始', tone: 'quiet' },
  cancelled: { words: '已取消', tone: 'quiet' },
}

const PARCELS: Record<string, Said> = {
  to_send: { words: '备货中', tone: 'brand' },
  sent: { words: '运送中', tone: 'warn' },
  delivered: { words: '已送达', tone: 'good' },
  failed: { words: '等待重寄', tone: 'bad' },
  given_up: { words: '已退款', tone: 'quiet' },
}

const COMPANIES: Record<string, string> = {
  SF: '顺丰速运', ZTO: '中通快递', YTO: '圆通速递', STO: '申通快递', YD: '韵达快递', EMS: '邮政 EMS', JD: '京东物流',
}

export const cardState = (card: Card): string => CARDS[card.state] ?? card.state
export const periodState = (period: Period): Said => PERIODS[period.state] ?? { words: period.state, tone: 'quiet' }
export const parcelState = (parcel: Parcel): Said => PARCELS[parcel.state] ?? { words: parcel.state, tone: 'quiet' }
export const companyName = (code: string): string => COMPANIES[code] ?? code

/** "2026-12-06" → "12月6日", with the year when it is not this one: a calendar's day has no zone. */
export function calendarDay(date: string, now = timeNow()): string {
  const [year, month, day] = date.split('-').map(Number)
  return `${String(year) === dateValue(now).slice(0, 4) ? '' : `${year}年`}${month}月${day}日`
}

/** What a period brings: "咖啡豆×1、挂耳包×2". */
export const brings = (period: Period): string =>
  period.places.map(({ chosen, quantity }) => (quantity > 1 ? `${chosen.name}×${quantity}` : chosen.name)).join('、')

export const begun = (card: Card): number => card.calendar.filter(({ state }) => state === 'opened').length

/** One sentence about what happens next. */
export function outlook(card: Card, now = timeNow()): string {
  if (card.state === 'stopped') return '未开始的期数已不再寄送'
  if (!card.next) return '每一期都已开始，感谢一路相伴'
  if (card.is_paused_by_shop) return '商家暂停了寄送，如有疑问请联系商家'
  if (card.state === 'paused') return '已暂停寄送，期数一期不少'
  return `下一期 ${calendarDay(card.next.starts_on, now)} 开始`
}

/** Until when a period can be changed, or that it cannot any more. */
export function changeNote(card: Card, period: Period): string {
  if (!period.is_open_to_change) return '已开始备货，不能再改'
  return card.state === 'paused' ? '暂停期间可随时更改' : `${moment(period.locks_at)} 前可更改`
}

/** Why the next month cannot be left out, or null when it can. */
export function skipRefusal(card: Card): string | null {
  if (!card.next || card.state !== 'active') return '现在没有可跳过的期数'
  if (!card.next.is_open_to_change) return '这一期已开始备货，不能跳过'
  if (card.skips_left < 1) return '跳过次数已用完'
  return null
}

/** What may be done about standing still or going on; null when nothing. */
export function pauseChoice(card: Card): 'pause' | 'resume' | null {
  if (card.state === 'paused') return card.is_paused_by_shop ? null : 'resume'
  return card.state === 'active' && card.next?.is_open_to_change ? 'pause' : null
}
