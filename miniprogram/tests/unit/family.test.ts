import { beforeEach, expect, test, vi } from 'vitest'
import { ApiError, api } from '@/api'
import { initial } from '@/lib/words'
import { loadFamily, overWords, spentByAll, useWords, wrongCap } from '@/pages/family/words'
import type { Family, Seat, Use } from '@/pages/family/words'

const seat = (spent_fen: number): Seat => ({
  seat: 'I1', name: '妈妈', state: 'active', monthly_cap_fen: 10_000, spent_fen, left_fen: 10_000 - spent_fen, ends_at: '', joined_at: null,
})
const family: Family = { is_owner: true, monthly_cap_fen: null, balance_fen: 1, seats: [seat(300), seat(50)], requests: [] }

beforeEach(() => void vi.restoreAllMocks())

test('no family is an answer, anything else refused is trouble', async () => {
  const get = vi.spyOn(api, 'get')
  get.mockResolvedValueOnce(family as never)
  expect(await loadFamily()).toEqual({ family })
  get.mockRejectedValueOnce(new ApiError(404, 'no_family', '还没有亲友卡'))
  expect(await loadFamily()).toEqual({ family: null })
  const refused = new ApiError(404, 'not_found', '没有')
  get.mockRejectedValueOnce(refused)
  await expect(loadFamily()).rejects.toBe(refused)
})

test.each([
  [null, '请填写金额，最多两位小数'], [99, '最少 1 元'], [100, ''], [500_000, ''], [500_001, '最多 5000 元'],
])('a limit of %s fen', (fen, words) => {
  expect(wrongCap(fen)).toBe(words)
})

test('faces, sums and words', () => {
  expect(initial(' 妈妈')).toBe('妈')
  expect(initial('😀笑')).toBe('😀')
  expect(initial(' ')).toBe('友')
  expect(initial('一位朋友')).toBe('友')
  expect(spentByAll(family)).toBe(350)
  expect(useWords({ state: 'captured' } as Use)).toBe('已付款')
  expect(overWords('active')).toBe('这个邀请已被接受')
  expect(overWords('dissolved')).toBe('这个邀请已失效')
})
