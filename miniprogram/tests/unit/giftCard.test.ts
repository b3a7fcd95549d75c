import { expect, test } from 'vitest'
import { sealOf, standingOf, termOf } from '@/pages/gift-card/words'

const NOW = Date.parse('2026-11-23T04:00:00Z')

test.each([
  ['sold', null, 'free', ''],
  ['sold', '2026-11-23T04:00:01Z', 'free', ''],
  ['sold', '2026-11-23T04:00:00Z', 'late', '待激活'],
  ['claimed', '2026-11-01T00:00:00Z', 'claimed', '已领取'],
  ['refunded', null, 'refunded', '已退款'],
])('a card that is %s until %s stands %s', (state, until, standing, seal) => {
  const found = standingOf({ state, valid_until: until }, NOW)
  expect(found).toBe(standing)
  expect(sealOf(found)).toBe(seal)
})

test('a named card has no end', () => {
  expect(termOf({ is_named: true, valid_until: null })).toBe('记名卡 · 长期有效')
  expect(termOf({ is_named: false, valid_until: '2029-05-10T16:00:00Z' })).toBe('不记名卡 · 2029年5月11日前领取')
})
