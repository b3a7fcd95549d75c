import { expect, test } from 'vitest'
import type { Schema } from '@/api'
import { canHelp, friendStand, mayAppeal, ownStand, rulesStand, tokenIn } from '@/pages/assist/words'

type Task = Schema<'AssistTaskView'>
const prize = { name: '拿铁', face: '一杯', market_value_fen: 2800 }
const task = (over: Partial<Task> = {}): Task => ({
  state: 'open', is_mine: false, sharer_name: '王**', title: '好友助力', rules: '', rule_lines: [], prize, reward: prize, fallback: null, new_users_only: false,
  helpers_needed: 3, helped: 1, helper_names: ['李**'], rewards_left: null, ends_at: '2026-12-01T00:00:00Z', my_help: null, ...over,
})
const help = (state: string) => ({ help: 'L1', state, reward_card: null })

test('a friend may confirm while the task is open, is not his, and he has not yet', () => {
  expect(canHelp(task())).toBe(true)
  expect(canHelp(task({ is_mine: true }))).toBe(false)
  expect(canHelp(task({ my_help: help('held') }))).toBe(false)
  for (const state of ['full', 'expired', 'under_review', 'stopped']) expect(canHelp(task({ state }))).toBe(false)
})

test('what became of his own help comes before how the task stands', () => {
  expect(friendStand(task({ state: 'expired', my_help: help('counted') })).title).toBe('您已助力')
  expect(friendStand(task({ state: 'expired' })).title).toBe('助力已到期')
})

test('the rules come first while they can be acted by, and not at all once it is unlocked', () => {
  expect(['open', 'under_review', 'expired', 'full'].map((state) => rulesStand(task({ state })))).toEqual(['first', 'last', 'last', 'nowhere'])
  expect(rulesStand(task(), true)).toBe('last')
})

test('only who was held or not counted has something to explain', () => {
  expect(['counted', 'held', 'rejected'].map((state) => mayAppeal(help(state)))).toEqual([false, true, true])
  expect(mayAppeal(null)).toBe(false)
})

test('the owner reads how many are lacking, and what he got instead', () => {
  expect(ownStand(task()).title).toBe('还差2位好友')
  expect(ownStand(task({ state: 'expired', fallback: { ...prize, name: '小食' } })).hint).toContain('小食')
})

test('every word of state has its own sentence', () => {
  const titles = ['open', 'full', 'under_review', 'expired', 'stopped'].map((state) => ownStand(task({ state })).title)
  expect(new Set(titles).size).toBe(5)
})

test('no words ask anybody to share', () => {
  const states = ['open', 'full', 'under_review', 'expired', 'stopped']
  const all = states.flatMap((state) => [ownStand(task({ state })), friendStand(task({ state }))].map(({ title, hint }) => title + hint))
  for (const words of all) expect(words).not.toMatch(/转发|朋友圈|分享.*(得|奖|送)|不转/)
})

test('a link and a code bring the same token', () => {
  expect(tokenIn({ scene: 'abc_DEF-123' })).toBe('abc_DEF-123')
  expect(tokenIn({ scene: '%41bc' })).toBe('Abc')
  expect(tokenIn({ scene: '%' })).toBe('')
  expect(tokenIn(undefined)).toBe('')
})

