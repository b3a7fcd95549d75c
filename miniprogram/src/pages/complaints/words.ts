import type { Schema } from '@/api'
import { timeNow } from '@/lib/clock'

export type Kind = Schema<'Complain'>['kind']
type Line = Schema<'DialogueLine'>

export const KINDS: { value: Kind; words: string; hint: string }[] = [
  { value: 'refund', words: '退款', hint: '退款金额或进度有疑问' },
  { value: 'service', words: '服务', hint: '门店服务、卡券无法使用' },
  { value: 'other', words: '其他', hint: '其他问题或建议' },
]
export const kindWords = (kind: string) => KINDS.find(({ value }) => value === kind)?.words ?? '其他'

const STATES: Record<string, { words: string; tone: 'warn' | 'brand' | 'good' }> = {
  open: { words: '等待回复', tone: 'warn' },
  processing: { words: '处理中', tone: 'brand' },
  resolved: { words: '已解决', tone: 'good' },
}
export const ticketState = (state: string) => STATES[state] ?? STATES.processing

const WHO: Record<string, string> = { member: '我', staff: '商家', platform: '微信支付', system: '系统' }
export const whoWords = (who: string) => WHO[who] ?? '系统'

export const STARS = ['很不满意', '不满意', '一般', '满意', '很满意']

/** As the server takes a text: no control characters but the end of a line. */
export const cleaned = (text: string) => text.replace(/[\u0000-\u0009\u000b-\u001f\u007f]+/g, ' ').trim()

const JUST_NOW_MS = 10 * 60_000

/** Whether a complaint whose answer was lost arrived after all. */
export const isThis = (ticket: { text: string; opened_at: string }, text: string, now = timeNow()) =>
  ticket.text === text && now - Date.parse(ticket.opened_at) < JUST_NOW_MS

/** Whether a word whose answer was lost stands in the dialogue. */
export function isSaid(dialogue: Line[], text: string, now = timeNow()): boolean {
  const mine = dialogue.filter(({ who }) => who === 'member')
  const last = mine[mine.length - 1]
  return last !== undefined && last.text === text && now - Date.parse(last.at) < JUST_NOW_MS
}
