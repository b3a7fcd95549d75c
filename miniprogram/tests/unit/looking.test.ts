import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepLooking, pauseBefore } from '@/lib/looking'

const page = vi.hoisted(() => ({ show: () => {}, hide: () => {} }))
vi.mock('@dcloudio/uni-app', () => ({
  onShow: (act: () => void) => (page.show = act),
  onHide: (act: () => void) => (page.hide = act),
  onUnload: vi.fn(),
}))
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const after = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('a page that is shown looks again while somebody else may change it, and rests when it is hidden', async () => {
  let mayChange = true
  const look = vi.fn(() => Promise.resolve())
  keepLooking(() => mayChange, look)
  page.show()
  await after(pauseBefore(0))
  expect(look).toHaveBeenCalledTimes(1)
  page.hide()
  await after(120_000)
  expect(look).toHaveBeenCalledTimes(1)
  page.show()
  mayChange = false
  await after(120_000)
  expect(look).toHaveBeenCalledTimes(1)
  mayChange = true
  await after(pauseBefore(99))
  expect(look).toHaveBeenCalledTimes(2)
})

test('a look that comes back after the page was left starts nothing', async () => {
  let heard = () => {}
  const look = vi.fn(() => new Promise<void>((resolve) => (heard = resolve)))
  keepLooking(() => true, look)
  page.show()
  await after(pauseBefore(0))
  page.hide()
  heard()
  await after(120_000)
  expect(look).toHaveBeenCalledTimes(1)
})

test('it looks soon at first, and never less than twice a minute', () => {
  expect([0, 1, 99].map(pauseBefore)).toEqual([5000, 6500, 30_000])
})
