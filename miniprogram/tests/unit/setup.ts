import { beforeEach, vi } from 'vitest'

/** What of the platform the logic touches: storage that really keeps, and calls that are counted. */
const kept = new Map<string, unknown>()

beforeEach(() => {
  kept.clear()
  vi.stubGlobal('uni', {
    getStorageSync: (name: string) => kept.get(name) ?? '',
    setStorageSync: (name: string, value: unknown) => void kept.set(name, value),
    removeStorageSync: (name: string) => void kept.delete(name),
    getStorageInfoSync: () => ({ keys: [...kept.keys()] }),
    getSystemInfoSync: () => ({ platform: 'android', fontSizeSetting: 16 }),
    getNetworkType: vi.fn(),
    onNetworkStatusChange: vi.fn(),
    onThemeChange: vi.fn(),
    showModal: vi.fn(),
    request: vi.fn(),
    navigateTo: vi.fn(),
    redirectTo: vi.fn(),
  })
  vi.stubGlobal('getCurrentPages', () => [])
})
