import { expect, test } from 'vitest'
import { priceWords, saleOf, sharedPath, stockWords } from '@/pages/index/offers'
import type { Shown } from '@/pages/index/offers'
import { countdown, remembered } from '@/pages/offer/words'
import { kept } from '@/lib/kept'

const NOW = Date.parse('2026-12-01T00:00:00Z')
const BUY = { allowed: true, code: null, text: null }

const offer = (part: Partial<Shown> = {}): Shown => ({
  offer: 'G2222222222222222', kind: 'bundle', kind_text: '组合卡', kind_lines: [], title: '咖啡卡', description: '', cover_path: null,
  price_fen: 990, points: 0, total_value_fen: 2000, saving_fen: 1010, remaining: null, sold_out: false, buy: BUY, sale_starts_at: null, sale_ends_at: null, ...part,
})

test('what may not be sold here is not sold here, whatever else holds', () => {
  const refused = { allowed: false, code: 'not_sold_on_ios', text: 'iOS 端暂不支持' }
  expect(saleOf(offer({ buy: refused, sold_out: true, price_fen: null }), NOW)).toBe('not_here')
  expect(priceWords(offer({ buy: refused, price_fen: null }))).toBe('iOS 端暂不支持')
})

test('a sale begins and ends at its instants, not one moment later', () => {
  const window = { sale_starts_at: '2026-12-01T00:00:00Z', sale_ends_at: '2026-12-01T01:00:00Z' }
  expect(saleOf(offer(window), NOW - 1)).toBe('coming')
  expect(saleOf(offer(window), NOW)).toBe('open')
  expect(saleOf(offer(window), NOW + 3_600_000 - 1)).toBe('open')
  expect(saleOf(offer(window), NOW + 3_600_000)).toBe('over')
})

test('sold out goes before stopped, and what the server stopped is closed', () => {
  expect(saleOf(offer({ sold_out: true, on_sale: false }), NOW)).toBe('sold_out')
  expect(saleOf(offer({ on_sale: false }), NOW)).toBe('closed')
})

test('few pieces are told, plenty are not', () => {
  expect(stockWords(offer({ remaining: 20 }))).toBe('仅剩20份')
  expect(stockWords(offer({ remaining: 21 }))).toBe('')
  expect(stockWords(offer({ remaining: 0, sold_out: true }))).toBe('')
})

test('a price is said in points, in money, or in both', () => {
  expect(priceWords(offer())).toBe('9.90元')
  expect(priceWords(offer({ points: 500 }))).toBe('500积分加9.90元')
  expect(priceWords(offer({ points: 500, price_fen: 0 }))).toBe('500积分')
})

test('a link names who shares it, once he was ever here', () => {
  expect(sharedPath('/pages/index/index')).toBe('/pages/index/index')
  kept.write('session', { token: 't', member: 'U2222222222222222', expires_at: '', is_new: false })
  expect(sharedPath('/pages/offer/show?offer=G1')).toBe('/pages/offer/show?offer=G1&channel=member_share&sharer=U2222222222222222')
})

test('the countdown shows days only while there are any', () => {
  expect(countdown('2026-12-03T03:04:05Z', NOW)).toBe('2天 03:04:05')
  expect(countdown('2026-12-01T00:00:09Z', NOW)).toBe('00:00:09')
  expect(countdown('2026-12-01T00:00:00Z', NOW)).toBe('')
})

test('searches are remembered the newest first, each once, eight of them', () => {
  expect(remembered(['咖啡', '啤酒'], ' 啤酒 ')).toEqual(['啤酒', '咖啡'])
  expect(remembered(['咖啡'], '   ')).toEqual(['咖啡'])
  expect(remembered(['1', '2', '3', '4', '5', '6', '7', '8'], '9')).toEqual(['9', '1', '2', '3', '4', '5', '6', '7'])
})
