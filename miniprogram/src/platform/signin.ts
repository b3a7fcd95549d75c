import { ApiError, offline } from '@/api/client'
import type { send as Send, Schema } from '@/api/client'
// #ifdef H5
import { site } from '@/site'
// #endif

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
// So long the server takes a ticket; an older one was brought to a page that had a session.
const TICKET_LASTS_MS = 60_000

interface Ticket {
  ticket: string
  at: number
}

// Of this tab and this shop: another shop's door does not know the ticket.
const place = (name: string) => `${site.merchant}:${name}`
const ticketPlace = () => place('ticket')
const setOutPlace = () => place('going-to-wechat')

/**
 * The server sends the browser to WeChat and back; what it comes back with is a ticket behind the
 * hash, which `main.ts` takes off before the router reads it. Raises ApiError.
 */
export async function byJourney(send: Sender): Promise<Session> {
  const { official_account: appid } = await send<Schema<'ShopView'>>({ method: 'get', path: '/shop' })
  if (!appid) throw new ApiError(409, 'no_account', '请在微信小程序中打开', { next_step: '这家店没有公众号网页，卡包和下单都在小程序里' })
  const ticket = takeTicket()
  if (ticket) return send<Session>({ method: 'post', path: `/official/${appid}/sessions`, body: { ticket } })
  sessionStorage.setItem(setOutPlace(), window.location.hash)
  const back = encodeURIComponent(window.location.pathname)
  window.location.replace(`/api/v1/${site.merchant}/official/${appid}/authorize?return_to=${back}`)
  return new Promise<never>(() => undefined)
}

/** The ticket that was brought just now, once. */
function takeTicket(): string | null {
  const brought = JSON.parse(sessionStorage.getItem(ticketPlace()) ?? 'null') as Ticket | null
  sessionStorage.removeItem(ticketPlace())
  return brought && Date.now() - brought.at < TICKET_LASTS_MS ? brought.ticket : null
}

/** Before the router starts: keep the ticket, and go on where the person set out from. */
export function comeBack(): void {
  const found = TICKET.exec(window.location.hash)
  if (!found) return
  sessionStorage.setItem(ticketPlace(), JSON.stringify({ ticket: decodeURIComponent(found[1]), at: Date.now() } satisfies Ticket))
  const before = sessionStorage.getItem(setOutPlace()) ?? ''
  sessionStorage.removeItem(setOutPlace())
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
