import { expect, test } from 'vitest'
import { begun, brings, calendarDay, changeNote, outlook, pauseChoice, skipRefusal } from '@/pages/monthly/words'
import type { Card, Period } from '@/pages/monthly/words'

const NOW = Date.parse('2026-11-23T04:00:00Z')

const period = (more: Partial<Period> = {}): Period => ({
  period: 2, starts_on: '2026-12-06', locks_at: '2026-12-02T16:00:00Z', state: 'waiting', amount_fen: 4900, is_open_to_change: true,
  places: [{ quantity: 1, chosen: { benefit: 'B1', name: '咖啡豆' }, choices: [] }, { quantity: 2, chosen: { benefit: 'B2', name: '挂耳' }, choices: [] }],
  ...more,
})
const card = (more: Partial<Card> = {}): Card => ({
  subscription: '7A', title: '月卡', state: 'active', is_paused_by_shop: false, paid_fen: 9800, points_per_period: 0, skips_left: 1, address: null,
  next: period(), calendar: [period({ period: 1, state: 'opened' }), period()], parcels: [], ...more,
})

test('a day of the calendar keeps its date in every zone, and names another year', () => {
  expect(calendarDay('2026-12-06', NOW)).toBe('12月6日')
  expect(calendarDay('2027-01-01', NOW)).toBe('2027年1月1日')
})

test('what a period brings counts only what comes more than once', () => {
  expect(brings(period())).toBe('咖啡豆、挂耳×2')
})

test('only periods that began are counted', () => {
  expect(begun(card())).toBe(1)
})

test.each([
  [{}, '下一期 12月6日 开始'],
  [{ state: 'paused' }, '已暂停寄送，期数一期不少'],
  [{ state: 'paused', is_paused_by_shop: true }, '商家暂停了寄送，如有疑问请联系商家'],
  [{ state: 'done', next: null }, '每一期都已开始，感谢一路相伴'],
  [{ state: 'stopped', next: null }, '未开始的期数已不再寄送'],
])('what happens next with %j', (more, words) => {
  expect(outlook(card(more), NOW)).toBe(words)
})

test('a locked period says so, a paused card can always be changed', () => {
  expect(changeNote(card(), period({ is_open_to_change: false }))).toBe('已开始备货，不能再改')
  expect(changeNote(card(), period())).toBe('12月3日 00:00 前可更改')
  expect(changeNote(card({ state: 'paused' }), period())).toBe('暂停期间可随时更改')
})

test('a month can be left out while the card runs, the period is open and skips are left', () => {
  expect(skipRefusal(card())).toBeNull()
  expect(skipRefusal(card({ skips_left: 0 }))).toBe('跳过次数已用完')
  expect(skipRefusal(card({ next: period({ is_open_to_change: false }) }))).toBe('这一期已开始备货，不能跳过')
  expect(skipRefusal(card({ state: 'paused' }))).not.toBeNull()
  expect(skipRefusal(card({ next: null }))).not.toBeNull()
})

test('who paused a card lets it go on', () => {
  expect(pauseChoice(card())).toBe('pause')
  expect(pauseChoice(card({ state: 'paused' }))).toBe('resume')
  expect(pauseChoice(card({ state: 'paused', is_paused_by_shop: true }))).toBeNull()
  expect(pauseChoice(card({ next: period({ is_open_to_change: false }) }))).toBeNull()
  expect(pauseChoice(card({ state: 'done', next: null }))).toBeNull()
})
