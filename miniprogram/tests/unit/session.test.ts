import { beforeEach, expect, test, vi } from 'vitest'

const signIn = vi.fn()
vi.mock('@/platform/signin', () => ({ signIn }))

const HOUR_MS = 3_600_000
let number = 0
const opened = (lastsMs = 2 * HOUR_MS) => ({ token: `t${++number}`, member: 'P1', expires_at: new Date(Date.now() + lastsMs).toISOString() })

/** The store as a new start of the app finds it: what is in storage stays. */
async function start() {
  vi.resetModules()
  const [{ session }, index, { ApiError }] = await Promise.all([import('@/stores/session'), import('@/api'), import('@/api/client')])
  return { session, ...index, ApiError }
}

beforeEach(() => {
  number = 0
  signIn.mockReset().mockImplementation(() => Promise.resolve(opened()))
})

test('pages that ask at once sign in once', async () => {
  const { session } = await start()
  expect(await Promise.all([session.token(), session.token()])).toEqual(['t1', 't1'])
  expect(await session.token()).toBe('t1')
  expect(signIn).toHaveBeenCalledTimes(1)
})

test('the next start goes on with the session that was kept', async () => {
  await (await start()).session.token()
  const { session } = await start()
  expect(session.member()).toBe('P1')
  expect(await session.token()).toBe('t1')
  expect(signIn).toHaveBeenCalledTimes(1)
})

test('whether a session is over the server says, whatever the clock of the phone', async () => {
  signIn.mockImplementationOnce(() => Promise.resolve(opened(-59_000)))
  const { session } = await start()
  await session.token()
  expect(await session.token()).toBe('t1')
  expect(await session.again('t1')).toBe('t2')
})

test('a refused sign-in is told, and the next page tries anew', async () => {
  signIn.mockRejectedValueOnce(new Error('no'))
  const { session } = await start()
  await expect(session.token()).rejects.toThrow('no')
  expect(await session.token()).toBe('t1')
})

test('before I was ever here I am nobody, and again when I am forgotten', async () => {
  const { session } = await start()
  expect(session.member()).toBeNull()
  await session.token()
  session.forget()
  expect(session.member()).toBeNull()
  expect(await session.token()).toBe('t2')
})

test('two requests with a token that is over bring one new session', async () => {
  const { session } = await start()
  const old = await session.token()
  const first = await session.again(old)
  expect(await session.again(old)).toBe(first)
  expect(signIn).toHaveBeenCalledTimes(2)
})

const requests = () => uni.request as unknown as ReturnType<typeof vi.fn>
const tokens = () => requests().mock.calls.map(([asked]) => asked.header.Authorization as string)

test('a session that the server ended is opened again, once, and the request repeated', async () => {
  const { api } = await start()
  requests().mockImplementationOnce(({ success }) => success({ statusCode: 401, data: { code: 'not_signed_in', message: '请登录' } }))
    .mockImplementationOnce(({ success }) => success({ statusCode: 200, data: { items: [] } }))
  expect(await api.get('/addresses')).toEqual({ items: [] })
  expect(tokens()).toEqual(['Bearer t1', 'Bearer t2'])
})

test('a server that does not know the new session either is not asked for ever', async () => {
  const { api } = await start()
  requests().mockImplementation(({ success }) => success({ statusCode: 401, data: { code: 'not_signed_in', message: '请登录' } }))
  await expect(api.get('/addresses')).rejects.toMatchObject({ code: 'not_signed_in' })
  expect(requests()).toHaveBeenCalledTimes(2)
})

test('any other refusal is not repeated', async () => {
  const { api } = await start()
  requests().mockImplementation(({ success }) => success({ statusCode: 409, data: { code: 'sold_out', message: '已售罄' } }))
  await expect(api.get('/addresses')).rejects.toMatchObject({ code: 'sold_out' })
  expect(requests()).toHaveBeenCalledTimes(1)
})

test('guests and clerks never sign in as a customer', async () => {
  const { open, counter } = await start()
  requests().mockImplementation(({ success }) => success({ statusCode: 200, data: {} }))
  await open.get('/shop')
  await counter.get('clerk', '/counter/evenings')
  expect(signIn).not.toHaveBeenCalled()
  expect(requests().mock.calls[1][0].header.Authorization).toBe('Bearer clerk')
})
