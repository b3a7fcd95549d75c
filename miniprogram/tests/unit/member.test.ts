import { expect, test, vi } from 'vitest'
import { countOf, openOf, unpaidOf } from '@/pages/me/mine'
import { countWords, wayUp } from '@/pages/me/tiers'
import { shownForMs } from '@/pages/member/rotating'
import { bonusOf, topUp, unpaidFor } from '@/pages/member/topping'
import { dateOf, wheels } from '@/pages/member/wheels'
import { creditWords, inFours, signed } from '@/pages/member/words'
import { ApiError } from '@/api/client'
import { kept } from '@/lib/kept'
import { sourceOf } from '@/platform/arrival'
import { mine, session } from '@/stores/session'

const { get, post, pay } = vi.hoisted(() => ({ get: vi.fn(), post: vi.fn(), pay: vi.fn() }))
vi.mock('@/api', async () => ({ ApiError: (await import('@/api/client')).ApiError, api: { get, post }, open: { get: vi.fn() } }))
vi.mock('@/platform/pay', () => ({ pay }))

const NOON = Date.parse('2026-11-23T04:00:00Z')
const next = (needs_all: boolean) => ({
  tier: 'gold', name: '金卡', needs_all, sentence: '',
  progress: [
    { kind: 'spend', text: '', have: 25_000, at_least: 50_000 },
    { kind: 'visit', text: '', have: 4, at_least: 5 },
  ],
})

test('the way up is as long as its slowest condition where all count', () => expect(wayUp(next(true))).toBe(50))
test('the way up is as short as the best condition where one will do', () => expect(wayUp(next(false))).toBe(80))
test('who has more than is asked for is not beyond the end', () =>
  expect(wayUp({ ...next(true), progress: [{ kind: 'visit', text: '', have: 9, at_least: 5 }] })).toBe(100))
test('there is no way beyond the highest tier', () => expect(wayUp(null)).toBe(0))

test('conditions are counted in what they are about', () => {
  expect(countWords({ kind: 'spend', text: '', have: 8_650, at_least: 50_000 })).toBe('¥86.50 / ¥500')
  expect(countWords({ kind: 'visit', text: '', have: 1, at_least: 3 })).toBe('1 / 3 次')
})

test('a count says when there is more than was asked for', () => {
  expect(countOf({ items: [1, 2], next_cursor: null })).toBe('2')
  expect(countOf({ items: [1, 2], next_cursor: 'x' })).toBe('2+')
})

test('only orders with time left wait for payment', () => {
  const at = (minutes: number) => new Date(NOON + minutes * 60_000).toISOString()
  expect(unpaidOf([
    { state: 'pending', expires_at: at(5) },
    { state: 'pending', expires_at: at(-1) },
    { state: 'paid', expires_at: at(5) },
  ], NOON)).toBe(1)
})

test('a finished refund counts while its money waits to be taken', () =>
  expect(openOf([
    { state: 'paying', to_collect: false },
    { state: 'done', to_collect: false },
    { state: 'paid', to_collect: true },
  ])).toBe(2))

test('a code is shown until it ends', () => expect(shownForMs('2026-11-23T04:00:12Z', NOON)).toBe(12_000))
test('with a wrong clock the code is asked for every ten seconds', () => {
  expect(shownForMs('2026-11-23T03:00:00Z', NOON)).toBe(10_000)
  expect(shownForMs('2026-11-23T05:00:00Z', NOON)).toBe(10_000)
})

test('the wheels offer the days that a month has', () => {
  expect(wheels(2)[1]).toHaveLength(29)
  expect(wheels(4)[1].at(-1)).toBe('30日')
})
test('a day that the month has not becomes its last', () => expect(dateOf([1, 30])).toEqual({ month: 2, day: 29 }))

test('what became of a top-up is said in a word', () => {
  expect(creditWords({ state: 'parked', paid_rest: 5, bonus_rest: 0 })).toBe('待入账')
  expect(creditWords({ state: 'open', paid_rest: 0, bonus_rest: 1 })).toBe('可使用')
  expect(creditWords({ state: 'open', paid_rest: 0, bonus_rest: 0 })).toBe('已用完')
  expect(creditWords({ state: 'refunded', paid_rest: 0, bonus_rest: 0 })).toBe('已退款')
})
test('digits stand in fours', () => expect(inFours('12345678901234567890')).toBe('1234 5678 9012 3456 7890'))
test('changes carry their sign', () => expect([signed(5, false), signed('0.50', true)]).toEqual(['+5', '−0.50']))

test('the bonus is what it is worth beyond its price', () => {
  expect(bonusOf({ price_fen: 10_000, total_value_fen: 12_000 })).toBe(2_000)
  expect(bonusOf({ price_fen: null, total_value_fen: 12_000 })).toBeNull()
})

const OFFER = 'G0000000000000001'
const SOURCE = sourceOf({ scene: 1007, channel: 'x'.repeat(60), sharer: 'nobody', shareTicket: null })
const soon = () => new Date(Date.now() + 15 * 60_000).toISOString()
function shopAnswers(prepay: () => unknown = () => ({})): void {
  post.mockReset().mockImplementation(async (path: string) => (path === '/orders' ? { order: 'O1', expires_at: soon() } : prepay()))
}
const placed = () => post.mock.calls.filter(([path]) => path === '/orders').length

test('a top-up that is paid is told by its order, and the next one is new', async () => {
  shopAnswers()
  pay.mockResolvedValue('paid')
  expect(await topUp('key-one', OFFER, SOURCE)).toBe('O1')
  expect(unpaidFor(OFFER)).toBeNull()
  expect(post.mock.calls[0][1]).toMatchObject({ key: 'key-one', body: { offer: OFFER, value_fen: 0, points: 0, voucher: null } })
})

test('after a closed pay sheet the same order is paid, not a second one', async () => {
  shopAnswers()
  pay.mockResolvedValueOnce('cancelled').mockResolvedValueOnce('paid')
  expect(await topUp('key-one', OFFER, SOURCE)).toBeNull()
  expect(await topUp('key-two', OFFER, SOURCE)).toBe('O1')
  expect(placed()).toBe(1)
})

test('an order that was paid meanwhile is as good as paid now', async () => {
  shopAnswers(() => { throw new ApiError(409, 'already_paid', '已支付') })
  get.mockResolvedValueOnce({ state: 'fulfilled' })
  expect(await topUp('key-one', OFFER, SOURCE)).toBe('O1')
})

test('an order that closed meanwhile is not taken up again', async () => {
  shopAnswers(() => { throw new ApiError(409, 'order_not_payable', '订单已关闭') })
  get.mockResolvedValueOnce({ state: 'closed' })
  await expect(topUp('key-one', OFFER, SOURCE)).rejects.toMatchObject({ code: 'order_not_payable' })
  expect(unpaidFor(OFFER)).toBeNull()
})

test('an order that was paid before the app was closed is not paid again', async () => {
  shopAnswers(() => { throw new ApiError(409, 'order_not_payable', '订单无法支付') })
  get.mockResolvedValueOnce({ state: 'fulfilled' })
  expect(await topUp('key-one', OFFER, SOURCE)).toBe('O1')
  expect(unpaidFor(OFFER)).toBeNull()
})

test('an order with less than a minute left, or of another offer, is not taken up', () => {
  kept.write(mine('top-up-unpaid'), { offer: OFFER, order: 'O9', expires_at: new Date(NOON + 30_000).toISOString() })
  expect(unpaidFor(OFFER, NOON)).toBeNull()
  expect(unpaidFor(OFFER, NOON - 60_000)).toBe('O9')
  expect(unpaidFor('G0000000000000002', NOON - 60_000)).toBeNull()
})

test('a strange link does not stop a top-up: what the server would refuse is not sent', async () => {
  shopAnswers()
  pay.mockResolvedValue('paid')
  await topUp('key-one', OFFER, SOURCE)
  expect(post.mock.calls[0][1].body.source).toEqual({ scene: '1007', channel: 'x'.repeat(40), sharer: null, group: null, referrer: null })
})

test('a top-up that somebody else began here is neither paid nor in the way', async () => {
  kept.write('session', { token: 't1', member: 'U1', expires_at: '', is_new: false })
  shopAnswers()
  pay.mockResolvedValueOnce('cancelled')
  await topUp('key-one', OFFER, SOURCE)
  expect(unpaidFor(OFFER)).toBe('O1')
  session.forget()
  kept.write('session', { token: 't2', member: 'U2', expires_at: '', is_new: false })
  expect(unpaidFor(OFFER)).toBeNull()
  session.forget()
})

test('an order that is not found any more is forgotten', async () => {
  shopAnswers(() => { throw new ApiError(404, 'not_found', '找不到') })
  await expect(topUp('key-one', OFFER, SOURCE)).rejects.toMatchObject({ code: 'not_found' })
  expect(unpaidFor(OFFER)).toBeNull()
})

test('a first try that had arrived is told, and not paid again', async () => {
  post.mockReset().mockRejectedValue(new ApiError(422, 'request_key_reused', '', {}, true))
  await expect(topUp('key-one', OFFER, SOURCE)).rejects.toMatchObject({ code: 'ordered_before' })
})
