import type { ApiError, Schema } from '@/api'

/** What a scanner read, sorted by what it is for. */
export type Read =
  | { is: 'voucher' | 'member'; code: string }
  | { is: 'panel'; merchant: string; token: string }
  | { is: 'invitation'; token: string }
  | { is: 'nothing' }

const PANEL = /^kabao-panel:(M[0-9A-Z]{16}):([!-~]{16,256})$/
const INVITATION = /\/invitations#([!-~]{16,256})$/
const MEMBER_DIGITS = 20
const VOUCHER_DIGITS = 18
const CODE = /^[^\u0000-\u001f\u007f]{1,128}$/

/** Digits may be typed with gaps; a QR text is taken as it is. */
export function readCode(text: string): Read {
  const said = text.trim()
  const panel = PANEL.exec(said)
  if (panel) return { is: 'panel', merchant: panel[1], token: panel[2] }
  const invitation = INVITATION.exec(said)
  if (invitation) return { is: 'invitation', token: invitation[1] }
  const digits = said.replace(/[\s-]/g, '')
  if (/^\d+$/.test(digits)) {
    if (digits.length === MEMBER_DIGITS) return { is: 'member', code: digits }
    return digits.length === VOUCHER_DIGITS ? { is: 'voucher', code: digits } : { is: 'nothing' }
  }
  if (!CODE.test(said)) return { is: 'nothing' }
  return { is: said.startsWith('KB2') ? 'member' : 'voucher', code: said }
}

/** The token of an invitation, from its link or as it is. */
export function invitationIn(text: string): string | null {
  const said = text.trim()
  const token = said.includes('#') ? said.slice(said.lastIndexOf('#') + 1) : said
  return /^[!-~]{16,256}$/.test(token) && !token.includes('://') ? token : null
}

/** 18 digits in groups, as they stand below the code: 4-4-4-6. */
export function grouped(digits: string): string {
  const bare = digits.replace(/\D/g, '').slice(0, MEMBER_DIGITS)
  const parts = bare.length > VOUCHER_DIGITS ? bare.match(/.{1,4}/g) : [bare.slice(0, 4), bare.slice(4, 8), bare.slice(8, 12), bare.slice(12)]
  return (parts ?? []).filter(Boolean).join(' ')
}

export interface Refused {
  code: string
  clerk: string
  holder: string
  next: string
}

/** A refusal in three sentences: for the clerk, for the customer, and what to do. */
export function refusedOf({ code, message, details }: ApiError): Refused {
  const said = (name: string) => (typeof details[name] === 'string' ? (details[name] as string) : '')
  return { code, clerk: said('clerk_text') || message, holder: said('holder_text'), next: said('next_step') }
}

/** Why it is not known whether a voucher was redeemed, by the code of what came instead of an answer. */
const UNKNOWN: Record<string, string> = {
  offline: '网络不通，请先不要交付',
  too_often: '问得太频繁，请先不要交付，稍等再问',
  not_signed_in: '需要重新登录，请先不要交付',
  sign_in_refused: '需要重新登录，请先不要交付',
}
export const unknownWords = (code: string): string => UNKNOWN[code] ?? '没有收到结果，请先不要交付'

const ROLES: Record<string, string> = { owner: '店主', manager: '店长', clerk: '店员' }
export const roleWords = (role: string) => ROLES[role] ?? '店员'
export const mayUndo = (role: string) => role === 'owner' || role === 'manager'

const UNDO_WITHIN_MS = 24 * 3600_000
export const isUndoable = (item: Schema<'TodayItem'>, now: number) => item.reversed_at === null && now - Date.parse(item.redeemed_at) < UNDO_WITHIN_MS

export const UNDO_REASONS = ['扫错了券', '顾客改变主意', '商品缺货', '重复核销']

export interface PanelWords {
  title: string
  warning: string
  button: string
}

/** What the picture on a screen asks for. */
export function panelWords({ kind, person }: Schema<'PanelTicketView'>): PanelWords {
  const known: Record<string, PanelWords> = {
    sign_in: { title: '登录商家后台', warning: '请确认这是您自己正在操作的电脑。不要扫描别人发来的图片。', button: '确认登录' },
    link: { title: `把当前微信绑定给「${person ?? '员工'}」`, warning: '绑定后，此微信可以用来登录后台。请确认这是您本人的账号。', button: '确认绑定' },
    prove: { title: `允许「${person ?? '员工'}」进行重要操作`, warning: '确认后的十分钟内，那台电脑可以更改资金与权限。请确认是您本人在操作。', button: '确认允许' },
  }
  return known[kind] ?? known.sign_in
}
