import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '@/api/client'
import { kept } from '@/lib/kept'
import { markOf, newKey } from '@/lib/keys'
import { fen, yuan } from '@/lib/money'
import { qrPicture } from '@/lib/qr'
import { goTo } from '@/lib/going'
import { sure } from '@/lib/sure'
import { day, endsSoon, instant, lastDay, left, moment, useZone, weekday } from '@/lib/time'
import { decoded, oneLine, troubleOf } from '@/lib/words'
import { site } from '@/site'

const NOW = Date.parse('2026-11-23T04:00:00Z')

afterEach(() => useZone('Asia/Shanghai'))

test.each([[0, '0'], [5, '0.05'], [10, '0.10'], [1234, '12.34'], [19900, '199'], [-150, '-1.50'], [-5, '-0.05'], [500_000, '5000']])(
  '%i fen are %s yuan', (amount, words) => {
    expect(yuan(amount)).toBe(words)
  },
)

test.each([['12.3', 1230], ['12.34', 1234], [' 5 ', 500], ['0.05', 5], ['0', 0], ['12.345', null], ['', null], ['1e3', null], ['-1', null], ['.5', null], ['12345678', null]])(
  '"%s" is %s fen', (words, amount) => {
    expect(fen(words)).toBe(amount)
  },
)

test('every amount that is written is read back', () => {
  for (const amount of [0, 1, 9, 10, 99, 100, 101, 1999, 123_456]) expect(fen(yuan(amount))).toBe(amount)
})

test('days and moments are the shop\'s', () => {
  expect(day('2026-12-05T16:00:00Z')).toBe('2026年12月6日')
  expect(moment('2026-12-05T16:05:00Z', NOW)).toBe('12月6日 00:05')
  expect(moment('2027-01-01T00:00:00Z', NOW)).toBe('2027年1月1日 08:00')
  expect(weekday('2026-12-05T16:00:00Z')).toBe('周日')
})

test('a shop elsewhere has its own wall clock, in summer and in winter', () => {
  useZone('America/New_York')
  expect(day('2026-12-06T04:59:00Z')).toBe('2026年12月5日')
  expect(moment('2026-07-01T16:00:00Z', NOW)).toBe('7月1日 12:00')
  expect(instant('2026-12-24', '09:00')).toBe('2026-12-24T14:00:00.000Z')
  expect(instant('2026-07-01', '09:00')).toBe('2026-07-01T13:00:00.000Z')
  // The night in which the clocks go forward.
  expect(instant('2026-03-08', '09:00')).toBe('2026-03-08T13:00:00.000Z')
})

test('where a phone does not know the zone, the clock is China\'s', () => {
  useZone('Moon/Tycho')
  expect(moment('2026-12-05T16:05:00Z', NOW)).toBe('12月6日 00:05')
  expect(instant('2026-12-24', '09:00')).toBe('2026-12-24T01:00:00.000Z')
})

test('the last day of what ends at midnight is the day before', () => {
  expect(lastDay('2026-12-05T16:00:00Z')).toBe('2026年12月5日')
})

test.each([
  [-1, '已结束'], [30_000, '不到1分钟'], [60_000, '还剩1分钟'], [59 * 60_000, '还剩59分钟'], [3_600_000, '还剩1小时'],
  [86_399_000, '还剩23小时'], [86_400_000, '还剩1天'], [10 * 86_400_000, '还剩10天'],
])('%i ms before the end', (ms, words) => {
  expect(left(new Date(NOW + ms).toISOString(), NOW)).toBe(words)
})

test('what ends within three days ends soon', () => {
  expect(endsSoon('2026-11-26T03:59:59Z', 3, NOW)).toBe(true)
  expect(endsSoon('2026-11-26T04:00:00Z', 3, NOW)).toBe(false)
})

test('names of attempts differ and fit into a header', () => {
  const keys = Array.from({ length: 200 }, newKey)
  expect(new Set(keys).size).toBe(200)
  for (const key of keys) expect(key).toMatch(/^[a-z0-9-]{12,40}$/)
})

test('what was asked for is marked without its words, and something else otherwise', () => {
  const asked = ['["G1",1]', '["G1",2]', '["1G",1]', '["滨江大道6号"]', '']
  expect(new Set(asked.map(markOf)).size).toBe(asked.length)
  expect(markOf('["滨江大道6号"]')).toBe(markOf('["滨江大道6号"]'))
  expect(markOf('["滨江大道6号"]')).toMatch(/^[0-9a-z]{2,14}$/)
})

test('a QR code is a picture that needs no network, and another text another picture', () => {
  expect(qrPicture('one')).toMatch(/^data:image\/gif;base64,/)
  expect(qrPicture('one')).not.toBe(qrPicture('two'))
})

test('what is kept is kept for each shop apart', () => {
  site.merchant = 'M0000000000000001'
  kept.write('wallet', { items: [1] })
  expect(kept.read('wallet')).toEqual({ items: [1] })
  site.merchant = 'M0000000000000002'
  expect(kept.read('wallet')).toBeNull()
  site.merchant = 'M0000000000000001'
  kept.remove('wallet')
  expect(kept.read('wallet')).toBeNull()
})

test('what cannot be read was never kept', () => {
  uni.setStorageSync(`${site.merchant}:wallet`, '{"items":')
  expect(kept.read('wallet')).toBeNull()
})

test('the server\'s next step goes first, then how long to wait, then our own words', () => {
  expect(troubleOf(new ApiError(409, 'sold_out', '已售罄', { next_step: '明天再来' })).next).toBe('明天再来')
  expect(troubleOf(new ApiError(429, 'too_often', '太快了', { retry_after_seconds: 3.2 }))).toMatchObject({ next: '请在4秒后再试', canRetry: true })
  expect(troubleOf(new ApiError(409, 'sold_out', '已售罄')).next).toBe('可以看看其他权益')
  expect(troubleOf(new ApiError(404, 'not_found', 'There is nothing under this number.')).title).toBe('没有找到')
  expect(troubleOf(new ApiError(409, 'never_heard', '不行'))).toEqual({ title: '不行', next: null, code: 'never_heard', canRetry: false })
})

test('an error of our own is told without its inner words', () => {
  expect(troubleOf(new TypeError('x is undefined'))).toEqual({ title: '出了点问题', next: '请再试一次', code: 'unexpected', canRetry: true })
})

test('a question is answered by the button, and not at all is no', async () => {
  const modal = vi.fn()
  uni.showModal = modal as never
  modal.mockImplementationOnce(({ success }) => success({ confirm: true }))
  expect(await sure('好吗？', '')).toBe(true)
  modal.mockImplementationOnce(({ success }) => success({ confirm: false }))
  expect(await sure('好吗？', '')).toBe(false)
  modal.mockImplementationOnce(({ fail }) => fail())
  expect(await sure('好吗？', '')).toBe(false)
})

test('what was typed in several lines is one line', () => {
  expect(oneLine(' 生日快乐\n\n天天开心\u0000\t! ')).toBe('生日快乐 天天开心 !')
  expect(oneLine('\n \n')).toBe('')
})

test('an address that is wrongly encoded is taken as it is', () => {
  expect(decoded('G1%2Cdoor')).toBe('G1,door')
  expect(decoded('100%')).toBe('100%')
  expect(decoded(undefined)).toBe('')
})

test('a page opens upon the others, and in place of the last one when there are ten', () => {
  const pages = (count: number) => vi.stubGlobal('getCurrentPages', () => Array.from({ length: count }))
  pages(9)
  goTo('/pages/orders/show?order=O1')
  expect(uni.navigateTo).toHaveBeenCalledWith({ url: '/pages/orders/show?order=O1' })
  expect(uni.redirectTo).not.toHaveBeenCalled()
  pages(10)
  goTo('/pages/orders/show?order=O2')
  expect(uni.redirectTo).toHaveBeenCalledWith({ url: '/pages/orders/show?order=O2' })
  expect(uni.navigateTo).toHaveBeenCalledTimes(1)
})

test('a double tap opens a page once, a later tap opens it again', () => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] })
  for (const laterMs of [0, 200, 600]) {
    vi.setSystemTime(NOW + laterMs)
    goTo('/pages/offer/checkout?offer=G1')
  }
  expect(uni.navigateTo).toHaveBeenCalledTimes(2)
  vi.useRealTimers()
})

test('what a full storage does not take is known until the app is closed', () => {
  const setItem = uni.setStorageSync
  kept.write('session', 'old')
  uni.setStorageSync = () => { throw new Error('the storage is full') }
  kept.write('session', 'new')
  expect(kept.read('session')).toBe('new')
  uni.setStorageSync = setItem
  kept.write('session', 'newest')
  expect(kept.read('session')).toBe('newest')
  kept.remove('session')
  expect(kept.read('session')).toBeNull()
})

test('what a closed storage does not let go of is gone all the same', () => {
  const closed = () => { throw new Error('the storage is closed') }
  const before = { ...uni }
  kept.write('session', 'old')
  uni.removeStorageSync = closed
  kept.remove('session')
  expect(kept.read('session')).toBeNull()

  kept.write('session', 'new')
  Object.assign(uni, { setStorageSync: closed, getStorageSync: closed, getStorageInfoSync: closed })
  kept.remove('session')
  expect(kept.read('session')).toBeNull()
  expect(kept.names('sess')).toEqual(['session'])
  Object.assign(uni, before)
  kept.remove('session')
  expect(kept.names('sess')).toEqual([])
})
