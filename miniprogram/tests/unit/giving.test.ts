import { beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '@/api/client'
import { chosenOf, daysAhead, givable, givesAt } from '@/pages/gift/choosing'
import { COVERS, coverOf, coverPicture } from '@/pages/gift/covers'
import { insideText, isOpen, toldFriend, toldGiver } from '@/pages/gift/words'
import { linkPath, makeShare } from '@/pages/share/making'
import { namesText, stateAt, toldOwner } from '@/pages/share/words'
import { alike } from '@/pages/wallet/grouping'

const NOW = Date.parse('2026-11-23T02:00:00Z')
const HOUR = 3_600_000
const server = vi.hoisted(() => ({ get: vi.fn(), post: vi.fn() }))
vi.mock('@/api', async () => ({ ApiError: (await import('@/api/client')).ApiError, api: server }))

const iso = (ms: number) => new Date(ms).toISOString()
const item = (voucher: string, state = 'active') => ({
  voucher, name: '拿铁', kind: 'exchange', face: '拿铁一杯', state, card: 'C1', card_title: '月卡', market_value_fen: 1, valid_from: iso(NOW - HOUR), valid_until: iso(NOW + 99 * HOUR),
})

beforeEach(() => {
  server.get.mockReset()
  server.post.mockReset()
})

test('only what can be used is offered to be given, as many of each as were chosen', () => {
  const items = givable([item('V1'), item('V2'), item('V3', 'held')], NOW)
  const groups = alike(items)
  expect(chosenOf(groups, { V1: 1 })).toEqual(['V1'])
  expect(chosenOf(groups, { V1: 9 })).toEqual(['V1', 'V2'])
  expect(chosenOf(groups, {})).toEqual([])
})

test('a day is read on the shop\'s wall clock, and a moment that has gone by means at once', () => {
  expect(givesAt('2026-12-06', '18:30', NOW)).toBe('2026-12-06T10:30:00.000Z')
  expect(givesAt('2026-11-23', '09:00', NOW)).toBeNull()
  expect(givesAt('', '09:00', NOW)).toBeNull()
  expect(daysAhead(Date.parse('2026-11-23T17:00:00Z'))).toEqual({ first: '2026-11-24', last: '2027-01-22' })
})

test('each cover has its picture, and none means the plain one', () => {
  for (const { name } of COVERS) expect(decodeURIComponent(coverPicture(name))).toMatch(/^data:image\/svg\+xml,<svg .*<\/svg>$/)
  expect(coverOf(null).name).toBe('plain')
  expect(coverOf('love').name).toBe('love')
})

test('every state of a gift has its words for both sides', () => {
  const states = ['scheduled', 'waiting', 'expired', 'claimed', 'declined', 'recalled', 'returned']
  for (const state of states) {
    const gift = { state, gives_at: iso(NOW + HOUR), ends_at: iso(NOW + 25 * HOUR) }
    expect(toldGiver(gift, NOW).title).toBeTruthy()
    expect(toldFriend(gift, NOW).title).toBeTruthy()
  }
  expect(states.filter((state) => isOpen({ state }))).toEqual(['scheduled', 'waiting'])
  expect(insideText([{ name: '拿铁', kind: 'exchange', face: '', quantity: 2 }, { name: '曲奇', kind: 'exchange', face: '', quantity: 1 }])).toBe('拿铁等3张券')
})

test('a link whose time is over is told as expired before the server marks it', () => {
  expect(stateAt({ state: 'waiting', ends_at: iso(NOW) }, NOW)).toBe('expired')
  expect(stateAt({ state: 'waiting', ends_at: iso(NOW + 1) }, NOW)).toBe('waiting')
  expect(toldOwner({ state: 'waiting', ends_at: iso(NOW) }, NOW).title).toBe('无人领取')
  expect(namesText(['拿铁', '曲奇', '拿铁'])).toBe('拿铁×2 · 曲奇×1')
})

const made = { share: 'H1', token: 't', uses: 1, ends_at: iso(NOW), path: 'pages/share/take?token=t' }
const waiting = (share: string, vouchers: string[], kind = 'once') => ({
  share, kind, state: 'waiting', title: '月卡', ends_at: '2999-01-01T00:00:00Z', uses: vouchers.map((voucher) => ({ voucher })),
})

test('the link is kept, since it is told once', async () => {
  server.post.mockResolvedValue(made)
  expect(await makeShare({ voucher: 'V1' })).toBe('H1')
  expect(linkPath.read('H1')).toBe(made.path)
  expect(server.get).not.toHaveBeenCalled()
})

test('after a lost answer the share that it made is found, and no second one is asked for', async () => {
  const wish = { card: 'C1', title: '月卡', uses: 2 }
  server.post.mockRejectedValueOnce(new ApiError(0, 'offline', ''))
  await expect(makeShare(wish)).rejects.toThrow()
  linkPath.write('H8', 'known')
  server.get.mockResolvedValue({ items: [waiting('H8', ['V1', 'V2'], 'sub_card'), waiting('H9', ['V3', 'V4'], 'sub_card')], next_cursor: null })
  expect(await makeShare(wish)).toBe('H9')
  expect(server.post).toHaveBeenCalledTimes(1)
})

test('an app that was closed while the request waited looks for the share first', async () => {
  server.post.mockReturnValueOnce(new Promise(() => undefined))
  void makeShare({ card: 'C1', title: '月卡', uses: 2 })
  server.get.mockResolvedValue({ items: [waiting('H9', ['V3', 'V4'], 'sub_card')], next_cursor: null })
  expect(await makeShare({ card: 'C1', title: '月卡', uses: 2 })).toBe('H9')
  expect(server.post).toHaveBeenCalledTimes(1)
})

test('when the lost request did nothing it is asked again', async () => {
  server.post.mockRejectedValueOnce(new ApiError(0, 'offline', '')).mockResolvedValueOnce(made)
  await expect(makeShare({ voucher: 'V1' })).rejects.toThrow()
  server.get.mockResolvedValue({ items: [], next_cursor: null })
  expect(await makeShare({ voucher: 'V1' })).toBe('H1')
  expect(server.post).toHaveBeenCalledTimes(2)
})

test('a refusal is final: nothing is looked for the next time', async () => {
  server.post.mockRejectedValueOnce(new ApiError(409, 'not_shareable', '')).mockResolvedValueOnce(made)
  await expect(makeShare({ voucher: 'V1' })).rejects.toThrow()
  expect(await makeShare({ voucher: 'V1' })).toBe('H1')
  expect(server.get).not.toHaveBeenCalled()
})
