import type { Schema } from '@/api'

export type Taken = 'taken' | 'cancelled' | 'impossible'

/**
 * WeChat's sheet on which a person confirms money that is transferred to him; `impossible` where
 * this phone or platform has none. Raises Error with WeChat's words for anything but a cancel.
 */
export function takeTransfer(told: Schema<'Collecting'>): Promise<Taken> {
  // #ifdef MP-WEIXIN
  if (!told.package || typeof wx.requestMerchantTransfer !== 'function') return Promise.resolve('impossible')
  return new Promise((resolve, reject) =>
    wx.requestMerchantTransfer({
      mchId: told.mchId,
      appId: told.appId,
      package: told.package!,
      success: () => resolve('taken'),
      fail: ({ errMsg }: { errMsg: string }) => (/cancel/.test(errMsg) ? resolve('cancelled') : reject(new Error(errMsg))),
    }),
  )
  // #endif
  // #ifndef MP-WEIXIN
  void told
  return Promise.resolve('impossible')
  // #endif
}
