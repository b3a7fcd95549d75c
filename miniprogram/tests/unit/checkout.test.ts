import { expect, test, vi } from 'vitest'
import { ApiError } from '@/api/client'
import { kept } from '@/lib/kept'
import { mine, session } from '@/stores/session'
import { confirmSpending, forgetUnheard, giveUp, payOn, place, unheardWish, waitingOrder } from '@/pages/offer/placing'
import { useOrdering } from '@/pages/offer/ordering'
import { asked, BEST, chosenWords, mostPieces, NONE, orderOf, payWords, sumLines, termsFor } from '@/pages/offer/wish'
import { isSoldElsewhere } from '@/pages/offer/words'
import type { Body, Quote, Wish } from '@/pages/offer/wish'
import { usePaying } from '@/pages/orders/paying'
import { sourceOf } from '@/platform/arrival'
import { arrivedWords, isOver, nextOf, pauseAfter, stageOf, ticketsOf } from '@/pages/offer/following'

const { pay, freshCode } = vi.hoisted(() => ({ pay: vi.fn(), freshCode: vi.fn() }))
vi.mock('@/platform/pay', () => ({ pay }))
vi.mock('@/platform/code', () => ({ freshCode }))
vi.mock('@/site', () => ({ site: { api: 'https://shop.test', merchant: 'M2222222222222222' } }))

const OFFER = 'G2222222222222222'
const WISH: Wish = { offer: OFFER, quantity: 2, voucher: BEST, usesPoints: false, usesValue: false, fromFamily: false }
const QUOTE: Quote = {
  title: '咖啡卡', list_fen: 20000, voucher_fen: 3000, points_fen: 1000, points: 1000, total_fen: 16000, value_fen: 6000, wechat_fen: 10000,
  voucher: 'V2222222222222222', best: 'V2222222222222222', runner_up: null, vouchers: [],
  may_pay_points: { spendable: 1200, points: 1000, saving_fen: 1000, worth: 100 }, may_pay_value: { has_fen: 6000, most_fen: 6000 },
}
const SOURCE = sourceOf({ scene: 1008, channel: 'member_share', sharer: 'U2222222222222222', shareTicket: 't'.repeat(300) })
const BESIDE = { source: SOURCE, confirmation: null }
const BODY: Body = orderOf(WISH, QUOTE, 0, null)

type Answer = [status: number, body: unknown] | 'lost'

/** The server, answer by answer; what it was asked comes back. */
function server(answers: Record<string, Answer[]>) {
  const asked: { path: string; key?: string; body: unknown }[] = []
  kept.write('session', { token: 'kbt_1', member: 'U3333333333333333', expires_at: '2999-01-01T00:00:00Z', is_new: false })
  vi.mocked(uni.request).mockImplementation(((call: UniApp.RequestOptions) => {
    const path = call.url.split('/M2222222222222222')[1]
    const header = call.header as Record<string, string>
    asked.push({ path, key: header['Idempotency-Key'], body: call.data ? JSON.parse(call.data as string) : undefined })
    const next = answers[path]?.shift()
    if (!next) throw new Error(`nobody expected ${path}`)
    if (next === 'lost') call.fail?.({ errMsg: 'request:fail timeout' })
    else call.success?.({ statusCode: next[0], data: next[1] as object, header: {}, cookies: [], errMsg: '' } as never)
  }) as never)
  return asked
}

/** Order and pay, as the page does. */
async function buy(key: string) {
  const { order, wechat_fen: dueFen } = await place(key, BODY, BESIDE)
  return dueFen ? payOn(OFFER, order) : 'handed_over'
}

const soon = () => new Date(Date.now() + 600_000).toISOString()
const placed = (order: string, wechatFen = 10000) => ({ order, state: 'pending', title: '', quantity: 2, total_fen: 16000, wechat_fen: wechatFen, expires_at: soon() })

test('a pot that is not chosen is not asked for, and one that is gives all that it may', () => {
  expect(asked({ ...WISH, voucher: NONE })).toMatchObject({ best: false, voucher: undefined, points: 0, value_fen: 0, from_family: false })
  expect(asked({ ...WISH, voucher: 'V3333333333333333', usesPoints: true })).toMatchObject({ best: false, voucher: 'V3333333333333333', points: 1_000_000_000 })
  expect(asked({ ...WISH, fromFamily: true }).from_family).toBe(false)
})

test('the order names exactly the pots that were counted', () => {
  expect(BODY).toMatchObject({ voucher: 'V2222222222222222', points: 1000, value_fen: 6000, from_family: false, gift: null })
  expect(orderOf(WISH, QUOTE, 500, null).points).toBe(0)
})

test('a gift for a day is given in the morning of that day, and blanks are no message', () => {
  const { gift } = orderOf(WISH, QUOTE, 0, { cover: 'love', message: ' \n', day: '2026-12-24' })
  expect(gift).toEqual({ cover: 'love', message: null, gives_at: '2026-12-24T01:00:00.000Z' })
})

test('a message is sent in one line, however it was typed', () => {
  expect(orderOf(WISH, QUOTE, 0, { cover: 'love', message: '生日快乐\n天天开心\n', day: '' }).gift?.message).toBe('生日快乐 天天开心')
})

test('the source is cut to what the server takes, and a strange sharer is left out', () => {
  expect(SOURCE).toMatchObject({ scene: '1008', channel: 'member_share', sharer: 'U2222222222222222' })
  expect(SOURCE.group).toBeNull()
  expect(sourceOf({ scene: null, channel: `${'长'.repeat(60)}`, sharer: '', shareTicket: '' }).channel).toHaveLength(40)
  expect(sourceOf({ scene: null, channel: '\n', sharer: null, shareTicket: null }).channel).toBeNull()
  expect(sourceOf({ scene: null, channel: null, sharer: 'nobody', shareTicket: null })).toEqual({ scene: null, channel: null, group: null, referrer: null, sharer: null })
})

test('one piece of what is bound to its buyer, else as many as are left and allowed', () => {
  expect(mostPieces({ kind: 'membership', per_member_limit: null, remaining: null })).toBe(1)
  expect(mostPieces({ kind: 'single', per_member_limit: 5, remaining: 3 })).toBe(3)
  expect(mostPieces({ kind: 'single', per_member_limit: null, remaining: null })).toBe(100)
  expect(mostPieces({ kind: 'single', per_member_limit: 5, remaining: 0 })).toBe(1)
})

test('what holds money wants the agreement on stored value as well', () => {
  expect(termsFor('topup')).toEqual(['user', 'value'])
  expect(termsFor('bundle')).toEqual(['user'])
})

test('the sums leave out what saves nothing, and the button says what pays', () => {
  expect(sumLines(QUOTE).map(({ words }) => words)).toEqual(['商品金额', '优惠券', '积分抵扣'])
  expect(sumLines({ ...QUOTE, voucher_fen: 0, points_fen: 0 })).toHaveLength(1)
  expect([payWords(QUOTE), payWords({ ...QUOTE, wechat_fen: 0 }), payWords({ ...QUOTE, wechat_fen: 0, value_fen: 0 }), payWords({ ...QUOTE, wechat_fen: 0, value_fen: 0, points: 0 })]).toEqual([
    '微信支付', '储值支付', '确认兑换', '免费领取',
  ])
})

test('an order whose payment was left is paid on, not ordered again', async () => {
  const calls = server({ '/orders': [[201, placed('O1')]], '/orders/O1/prepay': [[200, {}], [200, {}]] })
  pay.mockResolvedValueOnce('cancelled').mockResolvedValueOnce('paid')
  expect(await buy('key-1')).toBe('unpaid')
  expect(waitingOrder(OFFER)).toMatchObject({ order: 'O1', wechat_fen: 10000 })
  expect(await payOn(OFFER, 'O1')).toBe('handed_over')
  expect(calls.filter(({ path }) => path === '/orders')).toHaveLength(1)
  expect(waitingOrder(OFFER)).toBeNull()
})

test('a waiting order that is given up is forgotten', async () => {
  server({ '/orders': [[201, placed('O1')]], '/orders/O1/prepay': [[200, {}]], '/orders/O1/cancel': [[200, {}]] })
  pay.mockResolvedValueOnce('cancelled')
  await buy('key-1')
  expect(await giveUp(OFFER, 'O1')).toBe(false)
  expect(waitingOrder(OFFER)).toBeNull()
})

test('giving up an order that was paid meanwhile says so', async () => {
  server({ '/orders/O1/cancel': [[409, { code: 'already_paid', message: '已支付' }]] })
  expect(await giveUp(OFFER, 'O1')).toBe(true)
})

test('an order that this person cannot know any more is forgotten, not asked about for ever', async () => {
  const gone: Answer = [404, { code: 'not_found', message: '找不到' }]
  server({ '/orders': [[201, placed('O1')], [201, placed('O2')]], '/orders/O1/prepay': [gone], '/orders/O2/cancel': [gone] })
  await expect(buy('key-1')).rejects.toMatchObject({ code: 'not_found' })
  expect(waitingOrder(OFFER)).toBeNull()
  await place('key-2', BODY, BESIDE)
  expect(await giveUp(OFFER, 'O2')).toBe(false)
  expect(waitingOrder(OFFER)).toBeNull()
})

test('what one person ordered and asked for is nothing to the next one on this device', async () => {
  server({ '/orders': [[201, placed('O1')], 'lost'], '/value/confirmations': [[201, { token: 'a', amount_fen: 60000, ends_at: soon() }], [201, { token: 'b', amount_fen: 60000, ends_at: soon() }]] })
  await place('key-1', BODY, BESIDE)
  await expect(place('key-2', BODY, BESIDE)).rejects.toThrow()
  freshCode.mockResolvedValue('code')
  await confirmSpending(60000)
  session.forget()
  kept.write('session', { token: 'kbt_2', member: 'U4444444444444444', expires_at: '2999-01-01T00:00:00Z', is_new: false })
  expect([waitingOrder(OFFER), unheardWish(OFFER)]).toEqual([null, null])
  expect(await confirmSpending(60000)).toBe('b')
  session.forget()
})

test('a pay sheet that failed leaves the order where it is, and says so', async () => {
  server({ '/orders': [[201, placed('O1')]], '/orders/O1/prepay': [[200, {}]], '/orders/O1': [[200, { state: 'pending' }]] })
  pay.mockRejectedValueOnce(new Error('requestPayment:fail bank'))
  await expect(buy('key-1')).rejects.toMatchObject({ code: 'not_paid', message: '微信没有完成付款' })
  expect(waitingOrder(OFFER)?.order).toBe('O1')
})

test('among the orders too a failed sheet stays where it is, and one that worked shows what became of it', async () => {
  server({ '/orders/O1/prepay': [[200, {}], [200, {}], [200, {}]], '/orders/O1': [[200, { state: 'pending' }]] })
  pay.mockRejectedValueOnce(new Error('requestPayment:fail')).mockResolvedValueOnce('cancelled').mockResolvedValueOnce('paid')
  const paying = usePaying()
  expect([await paying.run('O1'), await paying.run('O1')]).toEqual([null, false])
  expect(uni.navigateTo).not.toHaveBeenCalled()
  expect(await paying.run('O1')).toBe(true)
  expect(uni.navigateTo).toHaveBeenCalledWith({ url: '/pages/offer/result?order=O1' })
})

test('a pay sheet that failed after the money had gone is followed to the end', async () => {
  server({ '/orders': [[201, placed('O1')]], '/orders/O1/prepay': [[200, {}]], '/orders/O1': [[200, { state: 'fulfilled' }]] })
  pay.mockRejectedValueOnce(new Error('requestPayment:fail'))
  expect(await buy('key-1')).toBe('handed_over')
  expect(waitingOrder(OFFER)).toBeNull()
})

test('outside WeChat he is told so, and the order waits', async () => {
  server({ '/orders': [[201, placed('O1')]], '/orders/O1/prepay': [[200, {}]], '/orders/O1': [[200, { state: 'pending' }]] })
  pay.mockRejectedValueOnce(new ApiError(403, 'not_in_wechat', '请在微信里打开本页'))
  await expect(buy('key-1')).rejects.toMatchObject({ code: 'not_in_wechat' })
  expect(waitingOrder(OFFER)?.order).toBe('O1')
})

test('an order that could not be given up still waits', async () => {
  server({ '/orders': [[201, placed('O1')]], '/orders/O1/prepay': [[200, {}]], '/orders/O1/cancel': ['lost'] })
  pay.mockResolvedValueOnce('cancelled')
  await buy('key-1')
  await expect(giveUp(OFFER, 'O1')).rejects.toMatchObject({ code: 'offline' })
  expect(waitingOrder(OFFER)?.order).toBe('O1')
})

test('until an answer is heard, what was asked for is kept as it was', async () => {
  server({ '/orders': ['lost', [201, placed('O1', 0)]] })
  await expect(buy('key-1')).rejects.toMatchObject({ code: 'offline' })
  expect(unheardWish(OFFER)).toEqual(BODY)
  expect(unheardWish(OFFER, Date.now() + 15 * 60_000)).toBeNull()
  await buy('key-1')
  expect(unheardWish(OFFER)).toBeNull()
})

test('what is sent again with one key comes from where the first came from', async () => {
  const calls = server({ '/orders': ['lost', [201, placed('O1', 0)]] })
  const from = (code: string) => ({ ...BESIDE, source: { ...SOURCE, group: { code, encrypted_data: 'e', iv: 'i' } } })
  await expect(place('key-1', BODY, from('first'))).rejects.toMatchObject({ code: 'offline' })
  await place('key-1', BODY, from('second'))
  expect(calls[1]).toEqual(calls[0])
})

test('a refusal is an answer, and what was asked for can be forgotten by hand', async () => {
  server({ '/orders': [[409, { code: 'sold_out', message: '已售罄' }], 'lost'] })
  await expect(buy('key-1')).rejects.toMatchObject({ code: 'sold_out' })
  expect(unheardWish(OFFER)).toBeNull()
  await expect(buy('key-1')).rejects.toMatchObject({ code: 'offline' })
  forgetUnheard(OFFER)
  expect(unheardWish(OFFER)).toBeNull()
})

test('what leaves nothing to pay asks WeChat for nothing', async () => {
  const calls = server({ '/orders': [[201, placed('O1', 0)]] })
  expect(await place('key-1', BODY, { ...BESIDE, confirmation: 'token' })).toMatchObject({ order: 'O1', wechat_fen: 0 })
  expect(waitingOrder(OFFER)).toBeNull()
  expect(calls).toEqual([{ path: '/orders', key: 'key-1', body: { ...BODY, source: SOURCE, confirmation: 'token' } }])
})

test('an order that closed meanwhile is a refusal, and the next tap orders anew', async () => {
  server({ '/orders': [[201, placed('O1')]], '/orders/O1/prepay': [[409, { code: 'order_not_payable', message: '该订单无法支付' }]], '/orders/O1': [[200, { state: 'closed' }]] })
  await expect(buy('key-1')).rejects.toMatchObject({ code: 'order_not_payable' })
  expect(waitingOrder(OFFER)).toBeNull()
})

test('an order that was paid while it was asked about is handed over', async () => {
  server({ '/orders': [[201, placed('O1')]], '/orders/O1/prepay': [[409, { code: 'order_not_payable', message: '' }]], '/orders/O1': [[200, { state: 'fulfilled' }]] })
  expect(await buy('key-1')).toBe('handed_over')
})

test('a first try that arrived with other words beside it is told, and never ordered twice', async () => {
  server({ '/orders': [[422, { code: 'request_key_reused', message: 'The key was used.' }]] })
  await expect(buy('key-1')).rejects.toMatchObject({ code: 'ordered_before', message: '上一次下单已经提交' })
})

test('a lost prepay keeps the order for the next tap', async () => {
  server({ '/orders': [[201, placed('O1')]], '/orders/O1/prepay': ['lost', [200, {}]] })
  pay.mockResolvedValueOnce('paid')
  await expect(buy('key-1')).rejects.toMatchObject({ code: 'offline' })
  expect(waitingOrder(OFFER)?.order).toBe('O1')
  expect(await payOn(OFFER, 'O1')).toBe('handed_over')
})

test('an order too old to pay is forgotten', () => {
  kept.write(mine(`placed:${OFFER}`), { order: 'O1', wish: '', wechat_fen: 1, expires_at: '2026-12-01T00:00:00Z' })
  expect(waitingOrder(OFFER, Date.parse('2026-11-30T23:59:59Z'))?.order).toBe('O1')
  expect(waitingOrder(OFFER, Date.parse('2026-12-01T00:00:00Z'))).toBeNull()
})

test('one confirmation serves every try of the same amount, another amount wants its own', async () => {
  const told = (token: string, fen: number) => [201, { token, amount_fen: fen, ends_at: soon() }] as Answer
  const calls = server({ '/value/confirmations': [told('a', 60000), told('b', 70000)] })
  freshCode.mockResolvedValue('code')
  expect([await confirmSpending(60000), await confirmSpending(60000), await confirmSpending(70000)]).toEqual(['a', 'a', 'b'])
  expect(calls).toHaveLength(2)
  freshCode.mockResolvedValueOnce(null)
  await expect(confirmSpending(80000)).rejects.toMatchObject({ code: 'step_up_needed' })
})

test('a confirmation that the server did not take is not sent again', async () => {
  server({ '/value/confirmations': [[201, { token: 'a', amount_fen: 60000, ends_at: soon() }], [201, { token: 'b', amount_fen: 60000, ends_at: soon() }]], '/orders': [[409, { code: 'confirmation_invalid', message: '' }]] })
  freshCode.mockResolvedValue('code')
  const confirmation = await confirmSpending(60000)
  await expect(place('key-1', BODY, { ...BESIDE, confirmation })).rejects.toMatchObject({ code: 'confirmation_invalid' })
  expect(await confirmSpending(60000)).toBe('b')
})

const LARGE: Body = { ...BODY, value_fen: 60000 }
const purse = (freeFen: number | null, later = freeFen) => {
  const value = { data: freeFen === null ? null : { free_fen: freeFen }, trouble: null, isBusy: false, load: vi.fn() }
  value.load.mockImplementation(async () => (value.data = later === null ? null : { free_fen: later }))
  return value
}
const agreeing = (confirm: boolean) => vi.mocked(uni.showModal).mockImplementation((({ success }: UniApp.ShowModalOptions) => success?.({ confirm } as never)) as never)
const ordering = (value: ReturnType<typeof purse>, readAnew = vi.fn(), agreed: { name: string; revision: string }[] = []) =>
  useOrdering({ sourceTold: async () => SOURCE, value: value as never, agreed: () => agreed, readAnew })
const NEEDED: Answer = [409, { code: 'step_up_needed', message: '需要确认' }]

test('where it was not heard what may be spent freely, a large spending is confirmed when the server asks', async () => {
  const calls = server({ '/orders': [NEEDED, [201, placed('O1', 0)]], '/value/confirmations': [[201, { token: 'a', amount_fen: 60000, ends_at: soon() }]] })
  freshCode.mockResolvedValue('code')
  agreeing(true)
  expect(await ordering(purse(null, 20000)).order(LARGE)).toMatchObject({ order: 'O1' })
  expect(calls.map(({ path }) => path)).toEqual(['/orders', '/value/confirmations', '/orders'])
  expect(calls[2].body).toMatchObject({ confirmation: 'a' })
})

test('who does not confirm orders nothing, and a purse that stays silent ends the asking', async () => {
  const calls = server({ '/orders': [NEEDED, NEEDED] })
  agreeing(false)
  expect(await ordering(purse(null, 20000)).order(LARGE)).toBeNull()
  expect(await ordering(purse(null)).order(LARGE)).toBeNull()
  expect(calls).toHaveLength(2)
  expect(uni.showModal).toHaveBeenLastCalledWith(expect.objectContaining({ title: '需要确认', showCancel: false }))
})

test('terms that changed meanwhile are read anew, and nothing is ordered', async () => {
  const calls = server({ '/consents': [[409, { code: 'terms_changed', message: '条款已更新，请阅读后再同意', details: { revision: '2' } }]] })
  const readAnew = vi.fn()
  expect(await ordering(purse(90000), readAnew, [{ name: 'user', revision: '1' }]).order(BODY)).toBeNull()
  expect(readAnew).toHaveBeenCalledTimes(1)
  expect(calls.map(({ path }) => path)).toEqual(['/consents'])
  expect(uni.showModal).toHaveBeenCalledWith(expect.objectContaining({ title: '条款已更新，请阅读后再同意' }))
})

test('after a lost answer the confirmation that is refused does not end the attempt: the key stays', async () => {
  const calls = server({ '/orders': ['lost', [201, placed('O1', 0)]], '/value/confirmations': [[409, { code: 'value_frozen', message: '已冻结' }]] })
  freshCode.mockResolvedValue('code')
  const value = purse(90000)
  const { order } = ordering(value)
  await order(LARGE)
  value.data = { free_fen: 0 }
  await order(LARGE)
  value.data = { free_fen: 90000 }
  await order(LARGE)
  const keys = calls.filter(({ path }) => path === '/orders').map(({ key }) => key)
  expect(keys).toEqual([keys[0], keys[0]])
})

test('every state of an order is a stage, and asking ends some time', () => {
  expect(['pending', 'paid', 'fulfilled', 'closed', 'refunding', 'partly_refunded', 'refunded'].map(stageOf)).toEqual(['confirming', 'issuing', 'here', 'closed', 'returned', 'here', 'returned'])
  expect([isOver('closed'), isOver('here')]).toEqual([true, false])
  expect([pauseAfter(0), pauseAfter(1), pauseAfter(6), pauseAfter(7)]).toEqual([600, 900, 5000, 5000])
  expect(pauseAfter(60)).toBeNull()
})

test('only the vouchers of this order are its tickets', () => {
  const wallet = ['V1', 'V2', 'V3'].map((voucher) => ({ voucher }) as never)
  expect(ticketsOf([{ voucher: 'V3' }, { voucher: 'V1' }, { voucher: null }], wallet)).toEqual([{ voucher: 'V1' }, { voucher: 'V3' }])
})

test('what friends unlock has not arrived', () => {
  const tickets = (...states: string[]) => arrivedWords(states.map((state) => ({ state })))
  expect(tickets('active', 'active')).toBe('2张券已到卡包')
  expect(tickets('active', 'locked')).toBe('1张券已到卡包，另1张好友助力后解锁')
  expect(tickets('locked')).toBe('1张券好友助力后解锁')
})

test('the voucher that is counted is named, and why it is this one', () => {
  const voucher = (number: string, over: object = {}) =>
    ({ voucher: number, name: `券${number}`, face: '抵扣5.00元', valid_until: '', saving_fen: 500, why: null, reason: null, ...over })
  const of = (voucherNumber: string | null, ...vouchers: ReturnType<typeof voucher>[]) => chosenWords({ voucher: voucherNumber, best: 'A', vouchers })
  expect(of('A', voucher('A'), voucher('B'), voucher('C', { why: 'over' }))).toBe('「券A」抵扣5.00元，2张可用券里省得最多')
  expect(of('A', voucher('A'))).toBe('「券A」抵扣5.00元，仅这张可用')
  expect(of('B', voucher('A'), voucher('B', { reason: '少省1元' }))).toBe('「券B」抵扣5.00元，少省1元')
  expect(of(null, voucher('A'))).toBe('')
})

test('a card whose half waits for friends is not sold on web pages', () => {
  expect([isSoldElsewhere('assist', false), isSoldElsewhere('assist', true), isSoldElsewhere('bundle', false)]).toEqual([true, false, false])
})

test('what comes next follows from what was bought', () => {
  expect(nextOf('bundle', 'Z1', true).url).toBe('/pages/gift/show?gift=Z1')
  expect(nextOf('topup', null, true).url).toBe('/pages/member/value')
  expect(nextOf('', null, true).note).not.toContain('已放入卡包')
  expect([nextOf('assist', null, true).url, nextOf('assist', null, false).url]).toEqual(['/pages/assist/list', '/pages/wallet/index'])
})
