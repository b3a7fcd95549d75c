import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '@/api/client'
import { forgetOldAttempts, useAction } from '@/lib/action'
import { kept } from '@/lib/kept'

const offline = () => new ApiError(0, 'offline', '网络不通')
const keysOf = (act: ReturnType<typeof vi.fn>) => act.mock.calls.map(([key]) => key as string)

beforeEach(() => void vi.useFakeTimers({ now: 0, toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

test('a second tap while it runs does nothing', async () => {
  let answer!: (value: string) => void
  const act = vi.fn(() => new Promise<string>((resolve) => (answer = resolve)))
  const action = useAction('pay', act)
  const first = action.run()
  expect(action.isBusy).toBe(true)
  expect(await action.run()).toBeNull()
  answer('done')
  expect(await first).toBe('done')
  expect(act).toHaveBeenCalledTimes(1)
  expect(action.isBusy).toBe(false)
})

test('each decision has a key of its own', async () => {
  const act = vi.fn().mockResolvedValue('done')
  const action = useAction('order', act)
  await action.run()
  await action.run()
  const [one, other] = keysOf(act)
  expect(one).not.toBe(other)
})

test('until an answer is heard every try carries the same key, also after a new start of the page', async () => {
  const act = vi.fn().mockRejectedValueOnce(offline()).mockRejectedValueOnce(new ApiError(503, 'unavailable', '稍等')).mockResolvedValueOnce('done')
  await useAction('order', act).run('G1')
  await useAction('order', act).run('G1')
  await useAction('order', act).run('G1')
  expect(new Set(keysOf(act)).size).toBe(1)
  act.mockResolvedValueOnce('again')
  await useAction('order', act).run('G1')
  expect(new Set(keysOf(act)).size).toBe(2)
})

test('another wish, another name or a long time later is another attempt', async () => {
  const act = vi.fn().mockRejectedValue(offline())
  await useAction('order', act).run('G1')
  await useAction('order', act).run('G2')
  await useAction('gift', act).run('G1')
  vi.setSystemTime(15 * 60_000)
  await useAction('order', act).run('G1')
  expect(new Set(keysOf(act)).size).toBe(4)
})

test('a refusal ends the attempt, is told once, and the next try is a new one', async () => {
  const act = vi.fn().mockRejectedValue(new ApiError(409, 'sold_out', '已售罄'))
  const action = useAction('order', act)
  expect(await action.run()).toBeNull()
  expect(action.trouble).toMatchObject({ title: '已售罄', next: '可以看看其他权益' })
  expect(uni.showModal).toHaveBeenCalledTimes(1)
  await action.run()
  expect(new Set(keysOf(act)).size).toBe(2)
})

test('quiet leaves the telling to the page', async () => {
  const action = useAction('order', vi.fn().mockRejectedValue(offline()), { quiet: true })
  await action.run()
  expect(action.trouble?.code).toBe('offline')
  expect(uni.showModal).not.toHaveBeenCalled()
})

test('what went wrong before is gone when it works', async () => {
  const action = useAction('order', vi.fn().mockRejectedValueOnce(offline()).mockResolvedValueOnce('done'))
  await action.run()
  await action.run()
  expect(action.trouble).toBeNull()
})

const keyed = (code: string) => new ApiError(409, code, '', {}, true)

test('after a lost answer only a word about this very attempt ends it', async () => {
  const act = vi.fn().mockRejectedValueOnce(offline())
  for (const other of [new ApiError(429, 'too_often', ''), new ApiError(401, 'sign_in_refused', ''), new ApiError(409, 'value_frozen', ''), new Error('bug')]) {
    act.mockRejectedValueOnce(other)
  }
  act.mockRejectedValueOnce(keyed('sold_out')).mockResolvedValueOnce('done')
  const action = useAction('order', act)
  for (let tries = 1; tries <= 5; tries += 1) {
    await action.run()
    expect(action.isUnheard).toBe(true)
  }
  await action.run()
  expect(action.isUnheard).toBe(false)
  await action.run()
  const keys = keysOf(act)
  expect(new Set(keys.slice(0, 6)).size).toBe(1)
  expect(keys[6]).not.toBe(keys[0])
})

test('an attempt during which the app was closed is one whose answer was lost', async () => {
  const act = vi.fn().mockReturnValueOnce(new Promise(() => undefined)).mockRejectedValueOnce(new ApiError(429, 'too_often', '')).mockResolvedValueOnce('done')
  void useAction('order', act).run()
  await useAction('order', act).run()
  await useAction('order', act).run()
  expect(new Set(keysOf(act)).size).toBe(1)
})

test('attempts that nobody came back to are swept after a day, and nothing else', async () => {
  const act = vi.fn().mockRejectedValue(offline())
  await useAction('order', act).run('G1')
  kept.write('share:H1', 'path')
  vi.setSystemTime(25 * 3_600_000 - 300_000)
  await useAction('order', act).run('G2')
  vi.setSystemTime(25 * 3_600_000)
  forgetOldAttempts()
  expect(kept.names('attempt:')).toHaveLength(1)
  await useAction('order', act).run('G2')
  expect(keysOf(act)[2]).toBe(keysOf(act)[1])
  expect(kept.read('share:H1')).toBe('path')
})
