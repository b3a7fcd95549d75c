import type { Schema } from '@/api'
// #ifdef MP-WEIXIN
import { arrival } from './arrival'
import { freshCode } from './code'

/** The code comes first, because the chat is sealed with the key that it is of. */
async function groupByWechat(): Promise<Schema<'FromGroup'> | null> {
  if (!arrival().shareTicket) return null
  try {
    const code = await freshCode()
    if (code === null) return null
    const sealed = await new Promise<{ encryptedData: string; iv: string }>((resolve, reject) =>
      wx.getGroupEnterInfo({ success: resolve, fail: reject }),
    )
    return { code, encrypted_data: sealed.encryptedData, iv: sealed.iv }
  } catch {
    // Where somebody came from is good to know, and nobody waits for it.
    return null
  }
}
// #endif

/** The chat that the page was opened from, for the server to read; null without one. */
export function enteredGroup(): Promise<Schema<'FromGroup'> | null> {
  // #ifdef MP-WEIXIN
  return groupByWechat()
  // #endif
  // #ifndef MP-WEIXIN
  return Promise.resolve(null)
  // #endif
}
