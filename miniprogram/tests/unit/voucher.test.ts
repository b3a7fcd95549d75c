import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '@/api/client'
import { hearTime } from '@/lib/clock'
import { pointsAt } from '@/pages/voucher/after'
import { ServerClock } from '@/pages/voucher/clock'
import { deedsOf, orderOf, putIntoBag } from '@/pages/voucher/deeds'
import { showCode } from '@/pages/voucher/showing'
import { byName, heldBack } from '@/pages/voucher/uses'

const NOW = Date.parse('2026-11-23T02:00:10Z')
const server = vi.hoisted(() => ({ get: vi.fn(), post: vi.fn() }))
const bag = vi.hoisted(() => ({ addToBag: vi.fn() }))
vi.mock('@/api', async () => ({ ApiError: (await import('@/api/client')).ApiError, api: server }))
vi.mock('@/stores/session', () => ({ session: { member: () => 'U1' }, mine: (name: string) => `${name}:U1` }))
vi.mock('@/platform/bag', () => bag)
vi.mock('@/platform/what', () => ({ can: { cardBag: true, assist: true } }))

const iso = (ms: number) => new Date(ms).toISOString()
const voucher = (changes: object = {}) => ({
  voucher: 'V1', name: '大杯拿铁', kind: 'exchange', face: '大杯拿铁一杯', state: 'active', card: 'C1', card_title: '咖啡月卡', market_value_fen: 2800,
  valid_from: iso(NOW - 1e6), valid_until: iso(NOW + 1e9), condition_lines: ['可转赠好友', '可分享一次'], can_gift: true, can_share: true, hand_over: '大杯拿铁一杯', issued_at: iso(NOW),
  timeline: [{ at: iso(NOW), action: 'issue', text: '券已发放', reference: 'O1', store: null }], ...changes,
})

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
  server.get.mockReset()
  server.post.mockReset()
})
afterEach(() => vi.useRealTimers())

test('a phone that is right keeps its own clock', () => {
  const clock = new ServerClock()
  clock.learn('2026-11-23T02:00:30Z', NOW, NOW + 300)
  expect(clock.offset).toBe(0)
  expect(clock.secondsTo('2026-11-23T02:00:30Z', NOW)).toBe(20)
})

test('a clock that is two minutes slow is corrected, the closer the more codes are heard', () => {
  const clock = new ServerClock()
  const slow = (server_: number) => server_ - 120_000
  clock.learn('2026-11-23T02:00:30Z', slow(NOW), slow(NOW + 200))
  expect(Math.abs(clock.offset - 120_000)).toBeLessThanOrEqual(15_000)
  const atChange = Date.parse('2026-11-23T02:00:30Z')
  clock.learn('2026-11-23T02:00:30Z', slow(atChange - 400), slow(atChange - 200))
  clock.learn('2026-11-23T02:01:00Z', slow(atChange + 100), slow(atChange + 300))
  expect(Math.abs(clock.offset - 120_000)).toBeLessThanOrEqual(500)
  expect(clock.secondsTo('2026-11-23T02:01:00Z', slow(atChange + 1000))).toBe(29)
})

test('a clock that is set while the page is open is followed', () => {
  const clock = new ServerClock()
  clock.learn('2026-11-23T02:00:30Z', NOW, NOW + 200)
  clock.learn('2026-11-23T02:00:30Z', NOW + 3_600_000, NOW + 3_600_200)
  expect(Math.abs(clock.offset + 3_600_000)).toBeLessThanOrEqual(20_000)
})

test('what the app knows of the time is taken while the codes allow it', () => {
  hearTime(new Date(NOW).toUTCString(), NOW - 3_600_000, NOW - 3_600_000)
  const clock = new ServerClock()
  expect(Math.abs(clock.offset - 3_600_000)).toBeLessThanOrEqual(1000)
  expect(clock.secondsTo(iso(NOW - 60_000), NOW - 3_600_000)).toBe(0)
  clock.learn('2026-11-23T02:00:30Z', NOW, NOW + 300)
  expect(Math.abs(clock.offset)).toBeLessThanOrEqual(15_000)
  hearTime(new Date(NOW).toUTCString(), NOW, NOW)
})

const answer = (code: () => unknown, view: () => unknown) =>
  server.get.mockImplementation((path: string) => Promise.resolve().then(path.endsWith('/code') ? code : view))
const codeUntil = (at: number) => ({ digits: String(at), qr_text: `KB1${at}`, valid_until: iso(at) })
const step = (at: number) => (Math.floor(at / 30_000) + 1) * 30_000

test('a new code comes when the half minute is over, and nothing runs after stop', async () => {
  answer(() => codeUntil(step(Date.now())), () => voucher())
  const showing = showCode('V1')
  showing.start()
  await vi.advanceTimersByTimeAsync(100)
  const first = showing.code?.qr_text
  expect(showing.secondsLeft).toBe(20)
  await vi.advanceTimersByTimeAsync(22_000)
  expect(showing.code?.qr_text).not.toBe(first)
  expect(showing.isOld).toBe(false)
  showing.stop()
  const asked = server.get.mock.calls.length
  await vi.advanceTimersByTimeAsync(60_000)
  expect(server.get.mock.calls.length).toBe(asked)
})

test('a redemption is seen within three seconds and ends the asking', async () => {
  let state = 'active'
  answer(() => codeUntil(step(Date.now())), () => voucher({ state }))
  const showing = showCode('V1')
  showing.start()
  await vi.advanceTimersByTimeAsync(100)
  state = 'redeemed'
  await vi.advanceTimersByTimeAsync(4_000)
  expect(showing.view?.state).toBe('redeemed')
  const asked = server.get.mock.calls.length
  await vi.advanceTimersByTimeAsync(60_000)
  expect(server.get.mock.calls.length).toBe(asked)
})

test('without network the last code stays and is marked as old; it is renewed when the network is back', async () => {
  let isDown = false
  const lost = () => {
    throw new ApiError(0, 'offline', '网络不通')
  }
  answer(() => (isDown ? lost() : codeUntil(step(Date.now()))), () => (isDown ? lost() : voucher()))
  const showing = showCode('V1')
  showing.start()
  await vi.advanceTimersByTimeAsync(100)
  const first = showing.code?.qr_text
  isDown = true
  await vi.advanceTimersByTimeAsync(25_000)
  expect(showing.code?.qr_text).toBe(first)
  expect(showing.isOld).toBe(true)
  isDown = false
  await vi.advanceTimersByTimeAsync(8_000)
  expect(showing.isOld).toBe(false)
  expect(showing.code?.qr_text).not.toBe(first)
  showing.stop()
})

test('what the server refuses is not shown any more', async () => {
  let isFrozen = false
  const refuse = () => {
    throw new ApiError(409, 'codes_frozen', '会员卡已挂失，请先补办')
  }
  answer(() => (isFrozen ? refuse() : codeUntil(step(Date.now()))), () => voucher())
  const showing = showCode('V1')
  showing.start()
  await vi.advanceTimersByTimeAsync(100)
  isFrozen = true
  await vi.advanceTimersByTimeAsync(25_000)
  expect(showing.code).toBeNull()
  expect(showing.trouble?.code).toBe('codes_frozen')
  showing.stop()
})

test('only whoever bought it is led to the order', () => {
  expect(orderOf(voucher())).toBe('O1')
  const given = [...voucher().timeline, { at: '', action: 'hand_over', text: '', reference: 'Z1', store: null }]
  expect(orderOf(voucher({ timeline: given }))).toBeNull()
})

test('what its terms forbid, or its state, is not offered', () => {
  const names = (changes: object) => deedsOf(voucher(changes), NOW).map(({ name }) => name)
  expect(names({})).toEqual(['gift', 'share', 'bag', 'card', 'refund', 'complaint'])
  expect(names({ can_gift: false, can_share: false })).toEqual(['bag', 'card', 'refund', 'complaint'])
  expect(names({ can_share: false })).toContain('gift')
  expect(names({ state: 'redeemed' })).toEqual(['card', 'refund', 'complaint'])
  expect(names({ kind: 'code' })).not.toContain('bag')
})

test('a card goes into the bag with what the server signed', async () => {
  server.post.mockResolvedValue({ capability: 'wechat_card', state: 'offered', parameters: { card_list: [{ cardId: 'p1', cardExt: '{}' }] } })
  bag.addToBag.mockResolvedValue(true)
  expect(await putIntoBag('V1')).toContain('已放入')
  expect(bag.addToBag).toHaveBeenCalledWith({ card_id: 'p1', card_ext: '{}' })
  server.post.mockResolvedValue({ capability: 'wechat_card', state: 'held', parameters: null })
  expect(await putIntoBag('V1')).toContain('已经在')
})

test('uses of a card are counted by name, the next is the one that ends first', () => {
  const use = (number: string, state: string, days: number) => ({ voucher: number, name: '拿铁', state, valid_until: iso(NOW + days * 86_400_000), used_at: null, store: null })
  const uses = [use('V1', 'active', 9), use('V2', 'active', 3), use('V3', 'redeemed', 9), use('V4', 'held', 9)]
  expect(byName(uses, NOW)).toEqual([{ name: '拿铁', total: 4, left: 2, next: 'V2', endsFirst: uses[1].valid_until }])
  expect(heldBack(uses, NOW)).toBe('1次暂不可用')
})

test('points of a redemption are those of its moment', () => {
  const at = iso(NOW)
  expect(pointsAt(at, [{ at, change: 28 }, { at: iso(NOW + 900), change: 2 }, { at: iso(NOW - 9000), change: 5 }, { at, change: -3 }])).toBe(30)
  expect(pointsAt(at, [])).toBeNull()
})
