import { expect, test, vi } from 'vitest'
import { ApiError, fill, send, sendFile } from '@/api/client'
import { site } from '@/site'

type Asked = UniApp.RequestOptions
const request = () => uni.request as unknown as ReturnType<typeof vi.fn>

function answers(statusCode: number, data: unknown): void {
  request().mockImplementation(({ success }: Asked) => success?.({ statusCode, data } as never))
}
const asked = () => request().mock.calls[0][0] as Asked & { header: Record<string, string> }

test('an address is filled in and its query written, without what is not asked', async () => {
  answers(200, { fine: true })
  site.merchant = 'M0000000000000001'
  const told = await send({ method: 'get', path: fill('/offers/{offer}', { offer: 'G/1' }), query: { words: '咖啡 豆', cursor: undefined, limit: 0, category: '' } })
  expect(told).toEqual({ fine: true })
  expect(asked().url).toBe(`${site.api}/api/v1/M0000000000000001/offers/G%2F1?words=${encodeURIComponent('咖啡 豆')}&limit=0`)
})

test('who asks, for which attempt and with what stands in the request', async () => {
  answers(201, {})
  await send({ method: 'post', path: '/orders', body: { quantity: 2 }, key: 'k1', token: 't1' })
  expect(asked().method).toBe('POST')
  expect(asked().data).toBe('{"quantity":2}')
  expect(asked().header).toMatchObject({
    Authorization: 'Bearer t1', 'Idempotency-Key': 'k1', 'Content-Type': 'application/json', 'X-Client-Platform': 'android',
  })
})

test('a guest without a body sends neither', async () => {
  answers(200, {})
  await send({ method: 'get', path: '/shop' })
  expect(asked().data).toBeUndefined()
  expect(Object.keys(asked().header)).toEqual(['X-Client-Platform'])
})

test('the server is told of an iPhone', async () => {
  answers(200, {})
  uni.getSystemInfoSync = (() => ({ platform: 'ios' })) as never
  await send({ method: 'get', path: '/shop' })
  expect(asked().header['X-Client-Platform']).toBe('ios')
})

test('a refusal has the server\'s code, words and details', async () => {
  answers(409, { code: 'sold_out', message: '已售罄', details: { left: 0 } })
  const refused = await send({ method: 'get', path: '/shop' }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(ApiError)
  expect(refused).toMatchObject({ status: 409, code: 'sold_out', message: '已售罄', details: { left: 0 }, isUnknown: false })
})

test('an answer that is no JSON of ours is still told in words', async () => {
  answers(502, '<html>')
  await expect(send({ method: 'get', path: '/shop' })).rejects.toMatchObject({ status: 502, code: 'internal', isUnknown: true })
})

test('no answer is not a refusal: nobody knows what happened', async () => {
  request().mockImplementation(({ fail }: Asked) => fail?.({ errMsg: 'request:fail timeout' } as never))
  await expect(send({ method: 'post', path: '/orders' })).rejects.toMatchObject({ status: 0, code: 'offline', isUnknown: true })
})

test.each([[200, 'x', false], [409, 'busy', true], [409, 'sold_out', false], [500, 'x', true], [0, 'offline', true]])(
  'status %i with %s leaves the outcome unknown: %s', (status, code, isUnknown) => {
    expect(new ApiError(status, code, '').isUnknown).toBe(isUnknown)
  },
)

test('a picture goes as a form and its answer is read', async () => {
  const upload = vi.fn(({ success }: UniApp.UploadFileOption) => success?.({ statusCode: 201, data: '{"file":"F1"}' } as never))
  uni.uploadFile = upload as never
  expect(await sendFile({ path: '/files', file: 'tmp://1.jpg', token: 't1' })).toEqual({ file: 'F1' })
  expect(upload.mock.calls[0][0]).toMatchObject({ filePath: 'tmp://1.jpg', name: 'file', header: { Authorization: 'Bearer t1' } })
})

test('a refused picture says why, also when the answer cannot be read', async () => {
  uni.uploadFile = (({ success }: UniApp.UploadFileOption) => success?.({ statusCode: 413, data: 'too large' } as never)) as never
  await expect(sendFile({ path: '/files', file: 'tmp://1.jpg', token: 't1' })).rejects.toMatchObject({ status: 413, code: 'internal' })
})

test('a refusal knows whether it answers a request with a key', async () => {
  answers(409, { code: 'sold_out', message: '已售罄' })
  await expect(send({ method: 'post', path: '/orders', key: 'k1' })).rejects.toMatchObject({ isKeyed: true })
  await expect(send({ method: 'post', path: '/consents' })).rejects.toMatchObject({ isKeyed: false })
})

test('what must be new is asked for past whatever was kept on the way', async () => {
  answers(200, {})
  await send({ method: 'get', path: '/shop', isFresh: true })
  expect(asked().header['Cache-Control']).toBe('no-cache')
})
