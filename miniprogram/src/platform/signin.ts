import { offline } from '@/api/client'
import type { send as Send, Schema } from '@/api/client'

type Session = Schema<'Session'>
type Sender = typeof Send

// #ifdef MP-WEIXIN
/** wx.login gives a code, the server a session. Raises ApiError. */
async function bySilentCode(send: Sender): Promise<Session> {
  const code = await new Promise<string>((resolve, reject) =>
    uni.login({ provider: 'weixin', success: (told) => resolve(told.code), fail: () => reject(offline()) }),
  )
  const appid = uni.getAccountInfoSync().miniProgram.appId
  return send<Session>({ method: 'post', path: '/sessions', body: { appid, code } })
}
// #endif

// #ifdef H5
const TICKET = /#ticket=([^&/]+)/
const GOING = 'going-to-wechat'

/**
 * The server sends the browser to WeChat and back; what it comes back with is a ticket behind the
 * hash, which `main.ts` takes off before the router reads it. Raises ApiError.
 */
async function byJourney(send: Sender): Promise<Session> {
  const { official_account: appid } = await send<Schema<'ShopView'>>({ method: 'get', path: '/shop' })
  const ticket = sessionStorage.getItem('ticket')
  sessionStorage.removeItem('ticket')
  if (ticket) return send<Session>({ method: 'post', path: `/official/${appid}/sessions`, body: { ticket } })
  sessionStorage.setItem(GOING, window.location.hash)
  const back = encodeURIComponent(window.location.pathname)
  const merchant = window.location.pathname.split('/')[2]
  window.location.replace(`/api/v1/${merchant}/official/${appid}/authorize?return_to=${back}`)
  return new Promise<never>(() => undefined)
}

/** Before the router starts: keep the ticket, and go on where the person set out from. */
export function comeBack(): void {
  const found = TICKET.exec(window.location.hash)
  if (!found) return
  sessionStorage.setItem('ticket', decodeURIComponent(found[1]))
  const before = sessionStorage.getItem(GOING) ?? ''
  sessionStorage.removeItem(GOING)
  window.history.replaceState(null, '', window.location.pathname + before)
}
// #endif

export function signIn(send: Sender): Promise<Session> {
  // #ifdef MP-WEIXIN
  return bySilentCode(send)
  // #endif
  // #ifdef H5
  return byJourney(send)
  // #endif
}
