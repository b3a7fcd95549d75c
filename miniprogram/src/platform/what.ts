let isMiniProgram = false
// #ifdef MP-WEIXIN
isMiniProgram = true
// #endif

/** What this platform may do: the official account's pages must not offer friends' help. */
export const can = {
  assist: isMiniProgram,
  cardBag: isMiniProgram,
  messages: isMiniProgram,
  shareByButton: isMiniProgram,
  phoneButton: isMiniProgram,
  avatarButton: isMiniProgram,
}
