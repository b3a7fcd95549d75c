// #ifdef H5
import jweixin from 'weixin-js-sdk'
import { ApiError, send } from '@/api/client'
import type { Schema } from '@/api/client'

const APIS = ['chooseWXPay', 'updateAppMessageShareData', 'updateTimelineShareData', 'scanQRCode', 'hideMenuItems']

interface Callbacks {
  success?: (told: never) => void
  cancel?: () => void
  fail?: (told: { errMsg: string }) => void
}
/** What we use of WeChat's SDK for web pages. */
export interface Sdk {
  config: (asked: object) => void
  ready: (then: () => void) => void
  error: (then: (told: { errMsg: string }) => void) => void
  chooseWXPay: (asked: Omit<Schema<'PayParameters'>, 'appId' | 'timeStamp'> & { timestamp: string } & Callbacks) => void
  updateAppMessageShareData: (asked: { title: string; desc?: string; link: string; imgUrl: string } & Callbacks) => void
  updateTimelineShareData: (asked: { title: string; desc?: string; link: string; imgUrl: string } & Callbacks) => void
  scanQRCode: (asked: { needResult: 1; success: (told: { resultStr: string }) => void } & Omit<Callbacks, 'success'>) => void
}

const wx = jweixin as unknown as Sdk
let configured: Promise<Sdk> | null = null

/** The SDK, configured for this page's address once; the hash is not signed. Raises ApiError outside WeChat, and Error. */
export function sdk(): Promise<Sdk> {
  // Elsewhere it would never answer.
  if (!/MicroMessenger/i.test(navigator.userAgent)) return Promise.reject(new ApiError(403, 'not_in_wechat', '请在微信里打开本页', { next_step: '付款和扫码要在微信里进行' }))
  configured ??= configure().catch((refused: unknown) => {
    configured = null
    throw refused
  })
  return configured
}

async function configure(): Promise<Sdk> {
  const { official_account: appid } = await send<Schema<'ShopView'>>({ method: 'get', path: '/shop' })
  if (!appid) throw new Error('this shop has no official account')
  const url = window.location.href.split('#')[0]
  const signed = await send<Schema<'PageSignature'>>({ method: 'get', path: `/official/${appid}/js-config`, query: { url } })
  return new Promise((resolve, reject) => {
    wx.config({
      debug: false,
      appId: signed.appId,
      timestamp: signed.timestamp,
      nonceStr: signed.nonceStr,
      signature: signed.signature,
      jsApiList: APIS,
    })
    wx.ready(() => resolve(wx))
    wx.error(({ errMsg }) => reject(new Error(errMsg)))
  })
}

// #endif
