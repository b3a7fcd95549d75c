import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const NOW = Date.parse('2026-11-23T02:00:00Z')
const HOUR = 3_600_000
const MONTH = 30 * 24 * HOUR

/** The app as a new start finds it: what is in storage stays. */
async function start() {
  vi.resetModules()
  const [clock, { send }, words] = await Promise.all([import('@/lib/clock'), import('@/api/client'), import('@/pages/wallet/words')])
  return { ...clock, send, ...words }
}

/** The server answers what time it is there. */
function server(nowMs: () => number, header: Record<string, string> = {}): void {
  vi.mocked(uni.request).mockImplementation((({ success }: UniApp.RequestOptions) =>
    success?.({ statusCode: 200, data: {}, header: { Date: new Date(nowMs()).toUTCString(), 'Cache-Control': 'no-store', ...header } } as never)) as never)
}
const ask = (send: Awaited<ReturnType<typeof start>>['send']) => send({ method: 'get', path: '/wallet' })

beforeEach(() => void vi.useFakeTimers({ now: NOW, toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

test('a phone that is right keeps its own clock', async () => {
  const { send, timeNow, clockOffset } = await start()
  server(() => NOW + 700)
  await ask(send)
  expect(clockOffset()).toBe(0)
  expect(timeNow()).toBe(NOW)
})

test('on a phone that is a month ahead a good voucher can be used, once the server was heard', async () => {
  const { send, standingOf, sealOf } = await start()
  const voucher = { state: 'active', valid_until: new Date(NOW + HOUR).toISOString() }
  vi.setSystemTime(NOW + MONTH)
  server(() => NOW)
  await ask(send)
  expect(standingOf(voucher)).toBeNull()
  expect(sealOf(voucher)).toBe('')
})

test('on a phone that is behind, what is over is over', async () => {
  const { send, standingOf } = await start()
  vi.setSystemTime(NOW - MONTH)
  server(() => NOW)
  await ask(send)
  expect(standingOf({ state: 'active', valid_until: new Date(NOW - HOUR).toISOString() })?.words).toBe('已过期')
})

test('without network the next start goes on with what was heard last', async () => {
  const first = await start()
  vi.setSystemTime(NOW + HOUR)
  server(() => NOW)
  await ask(first.send)
  vi.setSystemTime(NOW + 2 * HOUR)
  const { timeNow } = await start()
  expect(Math.abs(timeNow() - (NOW + HOUR))).toBeLessThanOrEqual(1000)
})

test('a clock that is set right is noticed with the next answer', async () => {
  const { send, timeNow } = await start()
  vi.setSystemTime(NOW + HOUR)
  server(() => NOW)
  await ask(send)
  vi.setSystemTime(NOW)
  await ask(send)
  expect(Math.abs(timeNow() - NOW)).toBeLessThanOrEqual(1000)
})

test('an answer that may have been kept on the way says nothing about the time, nor does one without a date', async () => {
  const { send, clockOffset } = await start()
  server(() => NOW - 50_000, { 'Cache-Control': 'public, max-age=60' })
  await ask(send)
  server(() => NOW, { Date: 'soon' })
  await ask(send)
  expect(clockOffset()).toBe(0)
})

test('a refusal tells the time as well, and a header may be written small', async () => {
  const { send, timeNow } = await start()
  vi.setSystemTime(NOW + HOUR)
  vi.mocked(uni.request).mockImplementation((({ success }: UniApp.RequestOptions) =>
    success?.({ statusCode: 401, data: {}, header: { date: new Date(NOW).toUTCString() } } as never)) as never)
  await ask(send).catch(() => undefined)
  expect(Math.abs(timeNow() - NOW)).toBeLessThanOrEqual(1000)
})
