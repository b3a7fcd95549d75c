import { expect, test } from 'vitest'
import type { Schema } from '@/api'
import { cleaned, isSaid, isThis } from '@/pages/complaints/words'

const NOW = Date.parse('2026-11-23T10:00:00Z')
const said = (who: string, text: string, at = '2026-11-23T09:58:00Z'): Schema<'DialogueLine'> => ({ at, who, action: 'say', text, photos: [], refund: null })

test('a text keeps its lines and loses what the server would refuse', () => {
  expect(cleaned('  咖啡是冷的\n门店\t不换\r\u0007 ')).toBe('咖啡是冷的\n门店 不换')
  expect(cleaned(' \n\t ')).toBe('')
})

test('a complaint whose answer was lost is known by its words and its hour', () => {
  const ticket = { text: '咖啡是冷的', opened_at: '2026-11-23T09:55:00Z' }
  expect(isThis(ticket, '咖啡是冷的', NOW)).toBe(true)
  expect(isThis(ticket, '别的', NOW)).toBe(false)
  expect(isThis({ ...ticket, opened_at: '2026-11-22T09:55:00Z' }, '咖啡是冷的', NOW)).toBe(false)
})

test('a word stands in the dialogue when it is my last one, whatever the shop said since', () => {
  expect(isSaid([said('member', '还没到'), said('staff', '在查')], '还没到', NOW)).toBe(true)
  expect(isSaid([said('member', '还没到'), said('member', '谢谢')], '还没到', NOW)).toBe(false)
  expect(isSaid([said('member', '还没到', '2026-11-20T00:00:00Z')], '还没到', NOW)).toBe(false)
  expect(isSaid([], '还没到', NOW)).toBe(false)
})
