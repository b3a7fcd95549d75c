import { expect, test } from 'vitest'
import { afterMs } from '@/pages/bookings/turning'
import { canCancel, hintOf, inOrder, isDoorOpen, leafOf, seatsOf, span } from '@/pages/bookings/words'
import type { Booking, Evening } from '@/pages/bookings/words'

const NOW = Date.parse('2026-11-23T04:00:00Z')
const at = (hours: number) => new Date(NOW + hours * 3_600_000).toISOString()

const booking = (more: Partial<Booking> = {}): Booking => ({
  booking: '5A', state: 'booked', voucher: 'V1', session: '6A', title: '品鉴会', store: null, starts_at: at(48), ends_at: at(50), changes_until: at(24),
  asked_at: at(-1), offered_until: null, place: null, ...more,
})
const evening = (more: Partial<Evening> = {}): Evening => ({
  session: '6A', title: '品鉴会', store: null, starts_at: at(48), ends_at: at(50), changes_until: at(24), seats: 20, seats_left: 3, full: false,
  called_off: false, ...more,
})

test('what is to come stands first, the soonest on top, and what is over keeps its order', () => {
  const order = inOrder([
    booking({ booking: 'over' }), booking({ booking: 'late', starts_at: at(72) }), booking({ booking: 'soon' }), booking({ booking: 'old' }),
  ].map((one) => (['over', 'old'].includes(one.booking) ? { ...one, state: 'missed' } : one)))
  expect(order.map((one) => one.booking)).toEqual(['soon', 'late', 'over', 'old'])
})

test('a session is told on the shop\'s clock', () => {
  expect(leafOf('2026-12-05T16:30:00Z')).toEqual({ month: '12月', date: '6', weekday: '周日' })
  expect(span('2026-12-05T11:00:00Z', '2026-12-05T13:00:00Z')).toBe('周六 19:00–21:00')
  expect(span('2026-12-05T11:00:00Z', '2026-12-05T17:00:00Z')).toMatch(/^周六 19:00–.*12月6日 01:00$/)
})

test('the door is open from two hours before until the end', () => {
  const soon = { starts_at: at(2), ends_at: at(4) }
  expect(isDoorOpen(booking(soon), NOW - 1)).toBe(false)
  expect(isDoorOpen(booking(soon), NOW)).toBe(true)
  expect(isDoorOpen(booking(soon), Date.parse(at(4)))).toBe(false)
})

test('a seat goes back until the shop\'s hour, a place in the queue always, an end never', () => {
  expect(canCancel(booking(), NOW)).toBe(true)
  expect(canCancel(booking(), Date.parse(at(24)))).toBe(false)
  expect(canCancel(booking({ state: 'waiting' }), Date.parse(at(30)))).toBe(true)
  expect(canCancel(booking({ state: 'offered' }), Date.parse(at(30)))).toBe(true)
  expect(canCancel(booking({ state: 'attended' }), NOW)).toBe(false)
})

test('the line that matters most', () => {
  expect(hintOf(booking({ state: 'waiting', place: 3 }), NOW)).toBe('排在第3位')
  expect(hintOf(booking({ state: 'offered', offered_until: '2026-11-23T07:00:00Z' }), NOW)).toBe('请在11月23日 15:00前确认')
  expect(hintOf(booking(), NOW)).toBe('还剩2天开场')
  expect(hintOf(booking({ starts_at: at(1) }), NOW)).toBe('现在可以入场')
  expect(hintOf(booking({ state: 'called_off' }), NOW)).toContain('商家取消')
})

test.each([
  [{}, { words: '余3座', deed: 'book' }],
  [{ full: true, seats_left: 0 }, { words: '已满，可候补', deed: 'wait' }],
  [{ full: true, seats_left: 0, changes_until: at(-1) }, { words: '已约满', deed: null }],
  [{ called_off: true }, { words: '本场已取消', deed: null }],
  [{ starts_at: at(0) }, { words: '已经开场', deed: null }],
])('what may be done with a session %j', (more, seats) => {
  expect(seatsOf(evening(more), NOW)).toEqual(seats)
})

test('a wrong clock neither hurries nor stops the next code', () => {
  expect(afterMs(new Date(NOW + 20_000).toISOString(), NOW)).toBe(20_000)
  expect(afterMs(new Date(NOW + 3_600_000).toISOString(), NOW)).toBe(30_000)
  expect(afterMs(new Date(NOW - 3_600_000).toISOString(), NOW)).toBe(3_000)
  expect(afterMs(null, NOW)).toBe(3_000)
})
