/** The shop's wall clock is China's unless the shop says otherwise; its offset is given in minutes. */
let offsetMinutes = 8 * 60

export function useZone(minutes: number): void {
  offsetMinutes = minutes
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
  const shifted = new Date((typeof iso === 'number' ? iso : Date.parse(iso)) + offsetMinutes * 60_000)
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
export function moment(iso: string | number, now = Date.now()): string {
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
export function left(iso: string, now = Date.now()): string {
  const minutes = Math.floor((Date.parse(iso) - now) / 60_000)
  if (minutes < 0) return '已结束'
  if (minutes < 1) return '不到1分钟'
  if (minutes < 60) return `还剩${minutes}分钟`
  if (minutes < 60 * 24) return `还剩${Math.floor(minutes / 60)}小时`
  return `还剩${Math.floor(minutes / 60 / 24)}天`
}

/** Whether the interval ends within these days. */
export const endsSoon = (iso: string, days = 3, now = Date.now()) =>
  Date.parse(iso) - now < days * 86_400_000

/** "2026-12-06" as pickers want it. */
export function dateValue(iso: string | number): string {
  const at = wall(iso)
  return `${at.year}-${two(at.month)}-${two(at.day)}`
}

/** "2026-12-06" and "18:30" on the shop's wall clock, as the API wants it. */
export const instant = (date: string, time: string): string =>
  new Date(Date.parse(`${date}T${time}:00Z`) - offsetMinutes * 60_000).toISOString()
