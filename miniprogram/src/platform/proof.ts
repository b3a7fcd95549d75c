import { freshCode } from './code'

let hasProof = false
// #ifdef MP-WEIXIN
hasProof = true
// #endif

/** Staff come in with a code of the moment, which only the mini-program has. */
export const canProve = hasProof

export interface Proof {
  appid: string
  code: string
}

/** What proves who taps just now, once; null on web pages, where staff cannot sign in. Raises Error. */
export async function proof(): Promise<Proof | null> {
  const code = await freshCode()
  return code === null ? null : { appid: uni.getAccountInfoSync().miniProgram.appId, code }
}
