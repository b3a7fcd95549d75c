import type { Schema } from '@/api'
// #ifdef H5
import { sdk } from './sdk'
// #endif

export type Paid = 'paid' | 'cancelled'

/**
 * WeChat's pay sheet, with what `…/prepay` told. "paid" only means that the sheet closed so; the
 * order is paid when the server says it. Raises Error with WeChat's words for anything but a cancel.
 */
// #ifdef MP-WEIXIN
function paySheet(told: Schema<'PayParameters'>): Promise<Paid> {
  return new Promise((resolve, reject) =>
    uni.requestPayment({
      provider: 'wxpay',
      orderInfo: '',
      timeStamp: told.timeStamp,
      nonceStr: told.nonceStr,
      package: told.package,
      signType: told.signType,
      paySign: told.paySign,
      success: () => resolve('paid'),
      fail: ({ errMsg }: { errMsg: string }) => (/cancel/.test(errMsg) ? resolve('cancelled') : reject(new Error(errMsg))),
    } as UniApp.RequestPaymentOptions),
  )
}
// #endif
// #ifdef H5
async function payInWebView(told: Schema<'PayParameters'>): Promise<Paid> {
  const wx = await sdk()
  return new Promise((resolve, reject) =>
    wx.chooseWXPay({
      timestamp: told.timeStamp,
      nonceStr: told.nonceStr,
      package: told.package,
      signType: told.signType,
      paySign: told.paySign,
      success: () => resolve('paid'),
      cancel: () => resolve('cancelled'),
      fail: ({ errMsg }) => reject(new Error(errMsg)),
    }),
  )
}
// #endif

export function pay(told: Schema<'PayParameters'>): Promise<Paid> {
  // #ifdef MP-WEIXIN
  return paySheet(told)
  // #endif
  // #ifdef H5
  return payInWebView(told)
  // #endif
}
