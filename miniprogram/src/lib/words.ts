import { ApiError } from '@/api/client'

/** What went wrong and what to do next, as a person is told it. */
export interface Trouble {
  title: string
  next: string | null
  code: string
  canRetry: boolean
}

const NEXT: Record<string, string> = {
  offline: '请检查网络，再试一次',
  too_often: '操作太频繁，请稍等片刻再试',
  unavailable: '请稍等片刻再试',
  internal: '问题已记录，请稍后再试或联系商家',
  wechat_unavailable: '微信暂时没有回应，请稍后再试',
  sign_in_refused: '请关闭小程序后重新打开',
  sold_out: '可以看看其他权益',
  limit_reached: '每人限购数量已用完，可以看看其他权益',
  not_found: '可能已失效，或不属于当前账号',
}

/** The first letter of a name, for the disc before it. Who has none is told of as 一位朋友, and 一 looks like "no entry". */
export function initial(name: string): string {
  const [first] = name.trim()
  return !first || name.startsWith('一位') ? '友' : first
}

/** Typed in a field where return makes a new line; the server takes one line. */
export const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim()

/** What an address says in a query; a code on paper hands it over encoded, and a strange one wrongly so. */
export function decoded(text: string | undefined): string {
  try {
    return decodeURIComponent(text ?? '')
  } catch {
    return text ?? ''
  }
}

// What only developers were to read is in English; a person is told this.
const SAID_HERE = /[\u4e00-\u9fff]/
const INSTEAD: Record<string, string> = {
  not_found: '没有找到',
  invalid: '填写的内容有误',
  internal: '服务暂时不可用',
}

export function troubleOf(refused: unknown): Trouble {
  if (!(refused instanceof ApiError)) {
    return { title: '出了点问题', next: '请再试一次', code: 'unexpected', canRetry: true }
  }
  const said = refused.details.next_step
  const wait = refused.details.retry_after_seconds
  const pause = typeof wait === 'number' ? `请在${Math.max(1, Math.ceil(wait))}秒后再试` : null
  return {
    title: SAID_HERE.test(refused.message) ? refused.message : (INSTEAD[refused.code] ?? '暂时做不到'),
    next: (typeof said === 'string' && said) || pause || NEXT[refused.code] || null,
    code: refused.code,
    canRetry: refused.isUnknown || refused.code === 'too_often',
  }
}
