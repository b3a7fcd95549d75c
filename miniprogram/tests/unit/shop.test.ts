import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const SHOP = { name: '鹿角巷', time_zone: 'Asia/Shanghai', terms: [{ name: 'user', title: '用户协议', revision: '1' }] }
const request = () => vi.mocked(uni.request)

async function start() {
  vi.resetModules()
  return import('@/stores/shop')
}
function server(...answers: (object | null)[]): void {
  request().mockImplementation((({ success, fail }: UniApp.RequestOptions) => {
    const told = answers.shift()
    if (told) success?.({ statusCode: 200, data: told, header: {} } as never)
    else fail?.({ errMsg: '' } as never)
  }) as never)
}

beforeEach(() => void vi.useFakeTimers({ now: 0, toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

test('pages that ask within a minute ask once, later ones hear what is new', async () => {
  const { loadShop, shop } = await start()
  server(SHOP, { ...SHOP, name: '新店' })
  await Promise.all([loadShop(), loadShop()])
  vi.setSystemTime(59_000)
  await loadShop()
  expect(request()).toHaveBeenCalledTimes(1)
  vi.setSystemTime(60_000)
  expect((await loadShop()).name).toBe('新店')
  expect(shop.told?.name).toBe('新店')
})

test('terms that changed are asked for at once, past what was kept on the way', async () => {
  const { loadShop, reloadShop, shop } = await start()
  server(SHOP, { ...SHOP, terms: [{ ...SHOP.terms[0], revision: '2' }] })
  await loadShop()
  await reloadShop()
  expect(shop.told?.terms[0].revision).toBe('2')
  expect(request().mock.calls[1][0].header).toMatchObject({ 'Cache-Control': 'no-cache' })
  expect((await loadShop()).terms[0].revision).toBe('2')
})

test('a refusal is not kept: the next page asks anew', async () => {
  const { loadShop } = await start()
  server(null, SHOP)
  await expect(loadShop()).rejects.toMatchObject({ code: 'offline' })
  expect((await loadShop()).name).toBe('鹿角巷')
})

test('the clock on the wall is the shop\'s, also at the next start without network', async () => {
  const { loadShop } = await start()
  server({ ...SHOP, time_zone: 'Asia/Tokyo' })
  await loadShop()
  await start()
  const { moment } = await import('@/lib/time')
  expect(moment('2026-12-05T15:05:00Z', Date.parse('2026-12-05T00:00:00Z'))).toBe('12月6日 00:05')
})
