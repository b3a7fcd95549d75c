import { beforeEach, expect, test, vi } from 'vitest'
import { kept } from '@/lib/kept'
import { cardCopy, cardInWallet, voucherCopy, walletCopy } from '@/pages/wallet/copies'
import { alike, layOut } from '@/pages/wallet/grouping'
import { faceRest, placeOf, sealOf, shortFace, spaced, standingOf, stubOf, underName, whenText } from '@/pages/wallet/words'
import type { Voucher } from '@/pages/wallet/words'

const NOW = Date.parse('2026-11-23T02:00:00Z')
const DAY = 86_400_000
const me = vi.hoisted(() => ({ number: 'U1' as string | null }))
vi.mock('@/stores/session', () => ({ session: { member: () => me.number }, mine: (name: string) => `${name}:${me.number}` }))

const voucher = (number: string, changes: Partial<Voucher> = {}): Voucher => ({
  voucher: number, name: '大杯拿铁', kind: 'exchange', face: '大杯拿铁一杯', state: 'active', card: `C${number}`, card_title: '咖啡月卡',
  market_value_fen: 2800, valid_from: '2026-11-01T00:00:00Z', valid_until: new Date(NOW + 20 * DAY).toISOString(), ...changes,
})
const view = (number: string) => ({ ...voucher(number), condition_lines: [], can_gift: true, can_share: false, hand_over: '', issued_at: '', timeline: [] })

beforeEach(() => {
  me.number = 'U1'
})

test('a face becomes short, and what was left out is kept', () => {
  expect(shortFace('抵扣5.00元')).toBe('¥5')
  expect(shortFace('抵扣12.50元')).toBe('¥12.50')
  expect(shortFace('8.5折（最多优惠20.00元）')).toBe('8.5折')
  expect(faceRest('8.5折（最多优惠20.00元）')).toBe('最多优惠20.00元')
  expect(faceRest('包邮')).toBe('')
})

test('a stub says the kind when the thing is long, and the thing stands below the name', () => {
  expect(stubOf(voucher('V1'))).toBe('兑换券')
  expect(underName(voucher('V1'))).toBe('大杯拿铁一杯 · 咖啡月卡')
  const discount = voucher('V2', { kind: 'discount', face: '8折（最多优惠20.00元）', name: '八折券', card_title: '八折券' })
  expect(stubOf(discount)).toBe('8折')
  expect(underName(discount)).toBe('最多优惠20.00元')
})

test('what is over is expired although the server has not marked it yet', () => {
  const late = voucher('V1', { valid_until: new Date(NOW).toISOString() })
  expect(standingOf(late, NOW)?.words).toBe('已过期')
  expect(sealOf(late, NOW)).toBe('已过期')
  expect(standingOf(late, NOW - 1)).toBeNull()
  expect(sealOf(voucher('V2', { state: 'held' }), NOW)).toBe('')
  expect(sealOf(voucher('V3', { state: 'redeemed', valid_until: late.valid_until }), NOW)).toBe('已使用')
})

test('the line about time says the most urgent thing', () => {
  expect(whenText(voucher('V1', { valid_from: new Date(NOW + DAY).toISOString() }), NOW)).toBe('11月24日 10:00 起可用')
  expect(whenText(voucher('V1', { valid_until: new Date(NOW + 2 * DAY).toISOString() }), NOW)).toBe('还剩2天到期')
  expect(whenText(voucher('V1', { valid_until: '2026-12-31T16:00:00Z' }), NOW)).toBe('有效期至2026年12月31日')
})

test('urgent ones come first, cards with several uses are one, and a card counts all that can be used', () => {
  const soon = voucher('V1', { card: 'C1', valid_until: new Date(NOW + DAY).toISOString() })
  const later = voucher('V2', { card: 'C1' })
  const locked = voucher('V3', { card: 'C1', state: 'locked' })
  const alone = voucher('V4')
  const shelves = layOut([soon, later, locked, alone], NOW)
  expect(shelves.soon.map(({ first }) => first.voucher)).toEqual(['V1'])
  expect(shelves.packs).toEqual([
    { card: 'C1', title: '咖啡月卡', usable: 2, endsFirst: soon.valid_until, inside: [{ name: '大杯拿铁', count: 3 }] },
  ])
  expect(shelves.singles.map(({ first }) => first.voucher)).toEqual(['V4'])
})

test('alike ones are told once with their numbers; another end is another thing', () => {
  const groups = alike([voucher('V1', { card: 'C1' }), voucher('V2', { card: 'C1' }), voucher('V3', { card: 'C1', valid_until: '2026-12-01T00:00:00Z' })])
  expect(groups.map(({ vouchers }) => vouchers)).toEqual([['V1', 'V2'], ['V3']])
  expect(groups[0].count).toBe(2)
})

test('a number of the timeline leads to its page, an unknown one nowhere', () => {
  expect(placeOf('Z2345')?.url).toBe('/pages/gift/show?gift=Z2345')
  expect(placeOf('52345')?.url).toBe('/pages/bookings/show?booking=52345')
  expect(placeOf('D2345')).toBeNull()
  expect(placeOf(null)).toBeNull()
})

test('eighteen digits are read out in groups', () => {
  expect(spaced('123456789012345678')).toBe('1234 5678 9012 345678')
})

test('what was kept belongs to one member of one shop', () => {
  walletCopy.write([voucher('V1')])
  expect(walletCopy.read()?.what.map((item) => item.voucher)).toEqual(['V1'])
  me.number = 'U2'
  expect(walletCopy.read()).toBeNull()
  me.number = null
  expect(walletCopy.read()).toBeNull()
  expect(kept.read('wallet:U1')).not.toBeNull()
})

test('twenty vouchers are kept, the newest; a code joins its own voucher only', () => {
  for (let index = 0; index < 25; index += 1) voucherCopy.writeView(view(`V${index}`))
  expect(voucherCopy.read('V4')).toBeNull()
  expect(voucherCopy.read('V5')).not.toBeNull()
  const code = { digits: '1', qr_text: 'KB1', valid_until: '2026-11-23T02:00:30Z' }
  voucherCopy.writeCode('V24', code)
  voucherCopy.writeCode('V4', code)
  expect(voucherCopy.read('V24')?.code?.what).toEqual(code)
  expect(voucherCopy.read('V4')).toBeNull()
  voucherCopy.writeView(view('V24'))
  expect(voucherCopy.read('V24')?.code?.what).toEqual(code)
})

test('a card\'s page is kept for who holds it, the newest ten', () => {
  const card = (number: string, left = 3) => ({ card: number, title: '咖啡月卡', left, total: 5, issued_at: '', uses: [], timeline: [] })
  for (let index = 1; index <= 11; index += 1) cardCopy.write(card(`C${index}`))
  cardCopy.write(card('C5', 2))
  expect(cardCopy.read('C1')).toBeNull()
  expect(cardCopy.read('C5')?.what.left).toBe(2)
  expect(cardCopy.read('C11')?.what.left).toBe(3)
  me.number = 'U2'
  expect(cardCopy.read('C5')).toBeNull()
})

test('a card that was never opened is told from the wallet as it was last heard', () => {
  walletCopy.write([voucher('V1', { card: 'C1' }), voucher('V2', { card: 'C1', state: 'held' }), voucher('V3', { card: 'C3' })])
  expect(cardInWallet('C1')?.what).toMatchObject({ title: '咖啡月卡', left: 1, uses: [{ voucher: 'V1' }, { voucher: 'V2' }] })
  expect(cardInWallet('C9')).toBeNull()
})
