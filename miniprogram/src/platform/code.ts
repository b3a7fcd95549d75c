import { offline } from '@/api/client'

/**
 * A new code of wx.login(): it proves who holds the phone now. Null where the platform gives none,
 * as in the official account's pages.
 */
export function freshCode(): Promise<string | null> {
  // #ifdef MP-WEIXIN
  return new Promise((resolve, reject) => uni.login({ provider: 'weixin', success: ({ code }) => resolve(code), fail: () => reject(offline()) }))
  // #endif
  // #ifndef MP-WEIXIN
  return Promise.resolve(null)
  // #endif
}
