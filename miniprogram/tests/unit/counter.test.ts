import { expect, test, vi } from 'vitest'
import { ApiError } from '@/api'
import { asClerk, desk } from '@/pages/counter/desk'
import { useRedeeming } from '@/pages/counter/redeeming'
import { grouped, invitationIn, isUndoable, mayUndo, readCode, refusedOf, unknownWords } from '@/pages/counter/words'

vi.mock('@/platform/proof', () => ({ canProve: true, proof: async () => ({ appid: 'wx1', code: 'code' }) }))
vi.mock('@/platform/signal', () => ({ signal: vi.fn() }))

type Sent = { url: string; header: Record<string, string>; data?: string; success: (told: object) => void; fail: () => void }
const LATER = '2099-01-01T00:00:00Z'
const clerk = { token: 'T1', expires_at: LATER, staff: 'S1', name: '小李', role: 'clerk', store: 'P1', store_name: '一店' }

const wanted = { code: '123456789012345678', voucher: null, spend_fen: null }

/** Answers in turn; null loses the answer. */
function answering(...answers: ([number, object] | null)[]): Sent[] {
  const sent: Sent[] = []
  vi.mocked(uni.request).mockImplementation(((asked: unknown) => {
    const wire = asked as Sent
    sent.push(wire)
    const told = answers[sent.length - 1]
    if (told) wire.success({ statusCode: told[0], data: told[1] })
    else wire.fail()
  }) as never)
  return sent
}

test('codes are told apart by their length and their beginning', () => {
  expect(readCode(' 1234 5678 9012 345678 ')).toEqual({ is: 'voucher', code: '123456789012345678' })
  expect(readCode('12345678901234567890')).toEqual({ is: 'member', code: '12345678901234567890' })
  expect(readCode('KB2.abc')).toEqual({ is: 'member', code: 'KB2.abc' })
  expect(readCode('KB1.abc')).toEqual({ is: 'voucher', code: 'KB1.abc' })
  expect(readCode('12345')).toEqual({ is: 'nothing' })
  expect(readCode('')).toEqual({ is: 'nothing' })
  expect(readCode('x'.repeat(129))).toEqual({ is: 'nothing' })
})

test('pictures of the panel and invitations are no vouchers', () => {
  const token = 'a1-_'.repeat(5)
  expect(readCode(`kabao-panel:M23456789ABCDEFGH:${token}`)).toEqual({ is: 'panel', merchant: 'M23456789ABCDEFGH', token })
  expect(readCode(`https://shop.example/admin/M23456789ABCDEFGH/invitations#${token}`)).toEqual({ is: 'invitation', token })
  expect(invitationIn(`https://shop.example/x#${token} `)).toBe(token)
  expect(invitationIn(token)).toBe(token)
  expect(invitationIn('https://shop.example/')).toBe(null)
  expect(invitationIn('短')).toBe(null)
})

test('digits stand in the groups that are printed below the code', () => {
  expect(grouped('123456789012345678')).toBe('1234 5678 9012 345678')
  expect(grouped('12345')).toBe('1234 5')
  expect(grouped('12345678901234567890')).toBe('1234 5678 9012 3456 7890')
})

test('a manager undoes within a day what still stands', () => {
  const item = { reversed_at: null, redeemed_at: '2026-11-23T00:00:00Z' } as never
  expect(isUndoable(item, Date.parse('2026-11-23T23:59:00Z'))).toBe(true)
  expect(isUndoable(item, Date.parse('2026-11-24T00:00:01Z'))).toBe(false)
  expect(['clerk', 'manager', 'owner'].map(mayUndo)).toEqual([false, true, true])
})

test('a refusal is told in three sentences, and in its message where there are none', () => {
  const told = refusedOf(new ApiError(409, 'wrong_store', '不在本店', { clerk_text: '此券不适用本店', holder_text: '请到二店', next_step: '请顾客换店' }))
  expect(told).toEqual({ code: 'wrong_store', clerk: '此券不适用本店', holder: '请到二店', next: '请顾客换店' })
  expect(refusedOf(new ApiError(429, 'too_often', '太频繁'))).toEqual({ code: 'too_often', clerk: '太频繁', holder: '', next: '' })
})

test('a lost answer is asked for again under the same name', async () => {
  desk.clerk = clerk
  const sent = answering(null, [201, { redemption: 'D1', replayed: true }])
  const redeeming = useRedeeming()
  await redeeming.run(wanted)
  expect(redeeming.isUnknown).toBe(true)
  await redeeming.run(wanted)
  expect(redeeming.verdict).toMatchObject({ redemption: 'D1' })
  expect(redeeming.isUnknown).toBe(false)
  expect(sent).toHaveLength(2)
  expect(sent[1].header['Idempotency-Key']).toBe(sent[0].header['Idempotency-Key'])
})

test.each([
  [429, 'too_often'], [401, 'sign_in_refused'], [403, 'not_staff'],
])('after a lost answer %i %s is no answer: nobody knows, and the next try has the same name', async (status, code) => {
  desk.clerk = clerk
  const sent = answering(null, [status, { code, message: '' }], [201, { redemption: 'D1', replayed: true }])
  const redeeming = useRedeeming()
  await redeeming.run(wanted)
  await redeeming.run(wanted)
  expect(redeeming).toMatchObject({ isUnknown: true, refused: null, why: code })
  await redeeming.run(wanted)
  expect(redeeming.verdict).toMatchObject({ redemption: 'D1' })
  expect(new Set(sent.map(({ header }) => header['Idempotency-Key'])).size).toBe(1)
})

test('too often at once is an answer: nothing was lost', async () => {
  desk.clerk = clerk
  answering([429, { code: 'too_often', message: '太频繁' }])
  const redeeming = useRedeeming()
  await redeeming.run(wanted)
  expect(redeeming).toMatchObject({ isUnknown: false, refused: { code: 'too_often' } })
})

test('while nobody knows, the clerk is told to hand nothing over', () => {
  expect(['offline', 'too_often', 'internal'].map(unknownWords).every((words) => words.includes('不要交付'))).toBe(true)
})

test('a refusal is an answer: the next try is another one', async () => {
  desk.clerk = clerk
  const no = { code: 'wrong_store', message: '不在本店', details: { clerk_text: '此券不适用本店' } }
  const sent = answering([409, no], [409, no])
  const redeeming = useRedeeming()
  await redeeming.run(wanted)
  expect(redeeming.refused?.clerk).toBe('此券不适用本店')
  expect(redeeming.isUnknown).toBe(false)
  await redeeming.run(wanted)
  expect(sent[1].header['Idempotency-Key']).not.toBe(sent[0].header['Idempotency-Key'])
})

test('a session that has ended is opened anew at the same store', async () => {
  desk.clerk = clerk
  const sent = answering([201, { ...clerk, token: 'T2' }])
  const tokens: string[] = []
  const told = await asClerk(async (token) => {
    tokens.push(token)
    if (token === 'T1') throw new ApiError(401, 'not_signed_in', '')
    return 'ok'
  })
  expect(told).toBe('ok')
  expect(tokens).toEqual(['T1', 'T2'])
  expect(JSON.parse(sent[0].data!)).toMatchObject({ store: 'P1', appid: 'wx1' })
})
