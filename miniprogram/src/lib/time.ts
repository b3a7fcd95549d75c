import { timeNow } from './clock'

const CHINA = 'Asia/Shanghai'
const CHINA_MINUTES = 8 * 60
let wallClock: Intl.DateTimeFormat | null = null

/** The shop's wall clock, by its IANA name: China's unless the shop says otherwise. */
export function useZone(name: string): void {
  wallClock = name === CHINA ? null : clockOf(name)
}

/** Not every phone knows the zones of the world; such a one goes on with China's. */
function clockOf(zone: string): Intl.DateTimeFormat | null {
  try {
    const whole = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const
    return new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...whole })
  } catch {
    return null
  }
}

/** How far the shop's wall clock is ahead of UTC at that instant, in minutes. */
function offsetMinutes(atMs: number): number {
  if (!wallClock) return CHINA_MINUTES
  const part = Object.fromEntries(wallClock.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]))
  const shown = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second)
  return Math.round((shown - atMs) / 60_000)
}

interface Wall {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  weekday: number
}

function wall(iso: string | number): Wall {
  const at = typeof iso === 'number' ? iso : Date.parse(iso)
  const shifted = new Date(at + offsetMinutes(at) * 60_000)
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    weekday: shifted.getUTCDay(),
  }
}

const two = (number: number) => String(number).padStart(2, '0')

/** "2026年12月6日" */
export function day(iso: string | number): string {
  const at = wall(iso)
  return `${at.year}年${at.month}月${at.day}日`
}

/** "12月6日 18:30", with the year when it is not this one. */
export function moment(iso: string | number, now = timeNow()): string {
  const at = wall(iso)
  const year = at.year === wall(now).year ? '' : `${at.year}年`
  return `${year}${at.month}月${at.day}日 ${two(at.hour)}:${two(at.minute)}`
}

/** The last day of an interval whose end is not part of it. */
export function lastDay(iso: string): string {
  return day(Date.parse(iso) - 1)
}

export function weekday(iso: string): string {
  return '周' + '日一二三四五六'[wall(iso).weekday]
}

/** "还剩3天", "还剩5小时", "还剩12分钟", "已结束". */
export function left(iso: string, now = timeNow()): string {
  const minutes = Math.floor((Date.parse(iso) - now) / 60_000)
  if (minutes < 0) return '已结束'
  if (minutes < 1) return '不到1分钟'
  if (minutes < 60) return `还剩${minutes}分钟`
  if (minutes < 60 * 24) return `还剩${Math.floor(minutes / 60)}小时`
  return `还剩${Math.floor(minutes / 60 / 24)}天`
}

/** Whether the interval ends within these days. */
export const endsSoon = (iso: string, days = 3, now = timeNow()) =>
  Date.parse(iso) - now < days * 86_400_000

/** "2026-12-06" as pickers want it. */
export function dateValue(iso: string | number): string {
  const at = wall(iso)
  return `${at.year}-${two(at.month)}-${two(at.day)}`
}

/** "2026-12-06" and "18:30" on the shop's wall clock, as the API wants it. */
export function instant(date: string, time: string): string {
  const shown = Date.parse(`${date}T${time}:00Z`)
  // Twice, since the offset is that of the instant, which is not known before.
  const near = shown - offsetMinutes(shown) * 60_000
  return new Date(shown - offsetMinutes(near) * 60_000).toISOString()
}
