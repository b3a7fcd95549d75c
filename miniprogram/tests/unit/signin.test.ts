import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { byJourney, comeBack } from '@/platform/signin'
import { site } from '@/site'

const SHOP = { official_account: 'wx1' }
const session = { token: 't1', member: 'U1', expires_at: '', is_new: false }
const send = vi.fn()
const replace = vi.fn()

/** The tab at this address. */
function at(pathname: string, hash = ''): void {
  vi.stubGlobal('location', { pathname, hash, replace })
}

beforeEach(() => {
  sessionStorage.clear()
  vi.useFakeTimers({ now: 0, toFake: ['Date'] })
  send.mockReset().mockImplementation(async ({ path }) => (path === '/shop' ? SHOP : session))
  replace.mockReset()
  vi.spyOn(window.history, 'replaceState').mockImplementation(() => undefined)
  site.merchant = 'M0000000000000001'
})
afterEach(() => void vi.useRealTimers())

test('a shop without an official account is said to be in the mini-program, and nobody is sent away', async () => {
  at('/h5/M0000000000000001/')
  send.mockResolvedValueOnce({ official_account: null })
  await expect(byJourney(send)).rejects.toMatchObject({ code: 'no_account', message: '请在微信小程序中打开' })
  expect(replace).not.toHaveBeenCalled()
})

test('who sets out comes back to where he was, with a ticket for his session', async () => {
  at('/h5/M0000000000000001/', '#/pages/wallet/index')
  void byJourney(send)
  await vi.waitFor(() => expect(replace).toHaveBeenCalledWith('/api/v1/M0000000000000001/official/wx1/authorize?return_to=%2Fh5%2FM0000000000000001%2F'))
  at('/h5/M0000000000000001/', '#ticket=abc')
  comeBack()
  expect(window.history.replaceState).toHaveBeenCalledWith(null, '', '/h5/M0000000000000001/#/pages/wallet/index')
  expect(await byJourney(send)).toEqual(session)
  expect(send).toHaveBeenLastCalledWith({ method: 'post', path: '/official/wx1/sessions', body: { ticket: 'abc' } })
})

test('a ticket of another shop, or one that was not needed in its minute, is shown at no door', async () => {
  at('/h5/M0000000000000001/', '#ticket=abc')
  comeBack()
  site.merchant = 'M0000000000000002'
  void byJourney(send)
  await vi.waitFor(() => expect(replace).toHaveBeenCalledTimes(1))
  site.merchant = 'M0000000000000001'
  vi.setSystemTime(60_000)
  void byJourney(send)
  await vi.waitFor(() => expect(replace).toHaveBeenCalledTimes(2))
  expect(send.mock.calls.every(([{ path }]) => path === '/shop')).toBe(true)
})
