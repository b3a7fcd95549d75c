import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { whyNotLoaded } from '@/platform/release'

const reload = vi.fn()
const server = vi.fn()
/** This page runs the script of that release. */
const runs = (release: string) => vi.spyOn(document, 'querySelector').mockReturnValue({ getAttribute: () => `./assets/index-${release}.js` } as never)
const pageOf = (release: string) => ({ ok: true, text: async () => `<script type="module" src="./assets/index-${release}.js"></script>` })

beforeEach(() => {
  sessionStorage.clear()
  reload.mockReset()
  server.mockReset()
  vi.stubGlobal('location', { pathname: '/h5/M0000000000000001/', reload })
  vi.stubGlobal('fetch', server)
  runs('old')
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

test.each([['no network', () => Promise.reject(new TypeError('Failed to fetch'))], ['no house behind it', async () => ({ ok: false })]])(
  'with %s the page waits, and is not loaded anew',
  async (_what, answer) => {
    server.mockImplementation(answer)
    expect(await whyNotLoaded()).toBe('offline')
    expect(reload).not.toHaveBeenCalled()
  },
)

test('after a new release the page is loaded anew, once, even when an old server answers next', async () => {
  server.mockResolvedValue(pageOf('new'))
  expect(await whyNotLoaded()).toBe('reloading')
  expect(await whyNotLoaded()).toBe('unknown')
  expect(reload).toHaveBeenCalledTimes(1)
})

test('each release is left once for the next one', async () => {
  server.mockResolvedValue(pageOf('new'))
  await whyNotLoaded()
  runs('new')
  server.mockResolvedValue(pageOf('newest'))
  expect(await whyNotLoaded()).toBe('reloading')
  expect(reload).toHaveBeenCalledTimes(2)
})

test('of the same release nothing is known, and the person decides', async () => {
  server.mockResolvedValue(pageOf('old'))
  expect(await whyNotLoaded()).toBe('unknown')
  expect(reload).not.toHaveBeenCalled()
})

test('where nothing can be remembered, nothing is loaded anew again and again', async () => {
  server.mockResolvedValue(pageOf('new'))
  vi.stubGlobal('sessionStorage', {
    getItem: () => {
      throw new DOMException('denied', 'SecurityError')
    },
  })
  expect(await whyNotLoaded()).toBe('unknown')
  expect(reload).not.toHaveBeenCalled()
})
