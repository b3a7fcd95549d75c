let isMiniProgram = false
// #ifdef MP-WEIXIN
isMiniProgram = true
// #endif

/** What this platform may do: the official account's pages must not offer friends' help. */
export const can = {
  /** Elsewhere signing in leaves the page, and what was tapped is lost. */
  signInSilently: isMiniProgram,
  assist: isMiniProgram,
  cardBag: isMiniProgram,
  messages: isMiniProgram,
  shareByButton: isMiniProgram,
  phoneButton: isMiniProgram,
  avatarButton: isMiniProgram,
}
