import { expect, test, vi } from 'vitest'
import { ApiError } from '@/api/client'
import { useLoading, usePages } from '@/lib/loading'

/** A promise that is answered when the test wants it. */
function later<T>() {
  let answer!: (value: T) => void
  let refuse!: (why: unknown) => void
  const promise = new Promise<T>((resolve, reject) => {
    answer = resolve
    refuse = reject
  })
  return { promise, answer, refuse }
}

const page = (items: string[], next_cursor: string | null) => ({ items, next_cursor })

test('what comes is kept, and what is shown stays when asking again is refused', async () => {
  const ask = vi.fn().mockResolvedValueOnce('one').mockRejectedValueOnce(new ApiError(0, 'offline', '网络不通'))
  const loading = useLoading<string>(ask)
  expect(loading.data).toBeNull()
  expect(await loading.load()).toBe('one')
  expect(await loading.load()).toBeNull()
  expect(loading.data).toBe('one')
  expect(loading.trouble).toMatchObject({ code: 'offline', canRetry: true })
  expect(loading.isBusy).toBe(false)
})

test('trouble goes when the next answer comes', async () => {
  const loading = useLoading<string>(vi.fn().mockRejectedValueOnce(new ApiError(500, 'internal', '坏了')).mockResolvedValueOnce('one'))
  await loading.load()
  expect(loading.trouble?.title).toBe('坏了')
  await loading.load()
  expect(loading.trouble).toBeNull()
})

test('a later answer wins over an earlier one that arrives late', async () => {
  const first = later<string>()
  const second = later<string>()
  const loading = useLoading<string>(vi.fn().mockReturnValueOnce(first.promise).mockReturnValueOnce(second.promise))
  const both = [loading.load(), loading.load()]
  second.answer('new')
  await both[1]
  first.answer('old')
  expect(await both[0]).toBeNull()
  expect(loading.data).toBe('new')
})

test('an earlier refusal that arrives late says nothing', async () => {
  const first = later<string>()
  const loading = useLoading<string>(vi.fn().mockReturnValueOnce(first.promise).mockResolvedValueOnce('new'))
  const late = loading.load()
  await loading.load()
  first.refuse(new ApiError(500, 'internal', '坏了'))
  await late
  expect(loading.trouble).toBeNull()
})

test('pages follow each other by their cursor and end', async () => {
  const ask = vi.fn().mockResolvedValueOnce(page(['a', 'b'], 'c1')).mockResolvedValueOnce(page(['c'], null))
  const pages = usePages<string>(ask)
  await pages.load()
  expect(pages.hasMore).toBe(true)
  await pages.more()
  expect(ask).toHaveBeenLastCalledWith('c1')
  expect(pages.data).toEqual(['a', 'b', 'c'])
  expect(pages.hasMore).toBe(false)
  await pages.more()
  expect(ask).toHaveBeenCalledTimes(2)
})

test('reaching the bottom twice asks once', async () => {
  const next = later<ReturnType<typeof page>>()
  const ask = vi.fn().mockResolvedValueOnce(page(['a'], 'c1')).mockReturnValueOnce(next.promise)
  const pages = usePages<string>(ask)
  await pages.load()
  const both = [pages.more(), pages.more()]
  next.answer(page(['b'], null))
  await Promise.all(both)
  expect(ask).toHaveBeenCalledTimes(2)
  expect(pages.data).toEqual(['a', 'b'])
})

test('a refused next page keeps the list and its cursor', async () => {
  const ask = vi.fn()
    .mockResolvedValueOnce(page(['a'], 'c1')).mockRejectedValueOnce(new ApiError(0, 'offline', '网络不通')).mockResolvedValueOnce(page(['b'], null))
  const pages = usePages<string>(ask)
  await pages.load()
  await pages.more()
  expect(pages.data).toEqual(['a'])
  expect(pages.trouble?.code).toBe('offline')
  await pages.more()
  expect(pages.data).toEqual(['a', 'b'])
})

test('a page of the list before does not get into the one that began anew', async () => {
  const next = later<ReturnType<typeof page>>()
  const ask = vi.fn().mockResolvedValueOnce(page(['a'], 'c1')).mockReturnValueOnce(next.promise).mockResolvedValueOnce(page(['z'], 'c9'))
  const pages = usePages<string>(ask)
  await pages.load()
  const more = pages.more()
  await pages.load()
  next.answer(page(['b'], 'c2'))
  await more
  expect(pages.data).toEqual(['z'])
})

test('a late first page does not leave its cursor behind', async () => {
  const slow = later<ReturnType<typeof page>>()
  const ask = vi.fn().mockReturnValueOnce(slow.promise).mockResolvedValueOnce(page(['new'], 'new')).mockResolvedValueOnce(page([], null))
  const pages = usePages<string>(ask)
  const late = pages.load()
  await pages.load()
  slow.answer(page(['old'], 'old'))
  await late
  await pages.more()
  expect(ask).toHaveBeenLastCalledWith('new')
})
