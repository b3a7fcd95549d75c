const MOST_RECENT = 8

/** Friends' help must not be offered on web pages, nor a card sold whose half waits for it. */
export const ONLY_IN_MINI_PROGRAM = '这张卡含好友助力，请在微信小程序里购买'
export const isSoldElsewhere = (kind: string, canAssist: boolean): boolean => kind === 'assist' && !canAssist

/** The last searches, the newest first, each once. */
export function remembered(before: string[], text: string): string[] {
  const words = text.trim()
  return words ? [words, ...before.filter((each) => each !== words)].slice(0, MOST_RECENT) : before
}

/** "2天 03:04:05" until then; nothing once it is there. */
export function countdown(iso: string, now: number): string {
  const seconds = Math.floor((Date.parse(iso) - now) / 1000)
  if (seconds <= 0) return ''
  const days = Math.floor(seconds / 86_400)
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
  return days ? `${days}天 ${clock}` : clock
}
