import type { Schema } from '@/api'
import { timeNow } from '@/lib/clock'
import { day, left, moment, weekday } from '@/lib/time'

export type Booking = Schema<'BookingDetails'>
export type Evening = Schema<'Evening'>

interface Said {
  words: string
  tone: 'brand' | 'quiet' | 'good' | 'warn' | 'bad'
  /** What it means for the person. */
  means: string
}

const STATES: Record<string, Said> = {
  waiting: { words: '候补中', tone: 'warn', means: '有人让出座位时，会按先后为你保留' },
  offered: { words: '有座待确认', tone: 'brand', means: '已为你留好一个座位，请在时限内确认' },
  booked: { words: '已预约', tone: 'good', means: '座位已留好，到场出示入场码' },
  attended: { words: '已到场', tone: 'good', means: '已经入场，祝你愉快' },
  cancelled: { words: '已取消', tone: 'quiet', means: '座位已让出，券回到卡包' },
  lapsed: { words: '未候补到', tone: 'quiet', means: '没有等到座位或未按时确认，券回到卡包' },
  missed: { words: '未到场', tone: 'quiet', means: '这一场已结束，券回到卡包' },
  called_off: { words: '场次取消', tone: 'bad', means: '商家取消了这一场，券回到卡包' },
}

const OPEN = ['offered', 'booked', 'waiting']
const DOORS_OPEN_MS = 2 * 3_600_000

export const saidOf = (state: string): Said => STATES[state] ?? { words: state, tone: 'quiet', means: '' }
export const isOpen = (booking: Booking): boolean => OPEN.includes(booking.state)

/** What is still to come first, the soonest on top; then the rest as the server has it. */
export function inOrder(bookings: Booking[]): Booking[] {
  const ahead = bookings.filter(isOpen).sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at))
  return [...ahead, ...bookings.filter((booking) => !isOpen(booking))]
}

/** "18:30" on the shop's clock. */
export const clock = (iso: string): string => moment(iso).split(' ')[1]

/** "周六 18:30–20:30"; another day's end is named. */
export function span(starts: string, ends: string): string {
  const end = day(starts) === day(ends) ? clock(ends) : moment(ends)
  return `${weekday(starts)} ${clock(starts)}–${end}`
}

/** What a leaf of the calendar shows. */
export function leafOf(iso: string): { month: string; date: string; weekday: string } {
  const [, month, date] = /年(\d+)月(\d+)日/.exec(day(iso)) ?? ['', '', '']
  return { month: `${month}月`, date, weekday: weekday(iso) }
}

/** From two hours before it begins until it ends somebody is let in. */
export function isDoorOpen({ starts_at, ends_at }: Booking, now = timeNow()): boolean {
  return Date.parse(starts_at) - DOORS_OPEN_MS <= now && now < Date.parse(ends_at)
}

/** Whether the seat can still be given back, or the queue left. */
export function canCancel(booking: Booking, now = timeNow()): boolean {
  if (booking.state === 'booked') return now < Date.parse(booking.changes_until)
  return isOpen(booking)
}

/** The one line that matters most about a booking now. */
export function hintOf(booking: Booking, now = timeNow()): string {
  if (booking.state === 'offered' && booking.offered_until) return `请在${moment(booking.offered_until, now)}前确认`
  if (booking.state === 'waiting') return booking.place ? `排在第${booking.place}位` : '正在候补'
  if (booking.state === 'booked') return isDoorOpen(booking, now) ? '现在可以入场' : `${left(booking.starts_at, now)}开场`
  return saidOf(booking.state).means
}

/** How full a session is, and whether one may book or only wait. */
export function seatsOf(evening: Evening, now = timeNow()): { words: string; deed: 'book' | 'wait' | null } {
  if (evening.called_off) return { words: '本场已取消', deed: null }
  if (Date.parse(evening.starts_at) <= now) return { words: '已经开场', deed: null }
  if (!evening.full) return { words: `余${evening.seats_left}座`, deed: 'book' }
  return Date.parse(evening.changes_until) > now ? { words: '已满，可候补', deed: 'wait' } : { words: '已约满', deed: null }
}
