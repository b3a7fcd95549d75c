// WeChat keeps so many pages one upon another, and refuses the next one.
const MOST_PAGES = 10
// A page takes so long to come; the second tap of a hasty finger falls within it.
const COMING_MS = 500

let coming = { url: '', at: 0 }

/** Open a page upon this one, or in its place when the pile is full. A double tap opens it once. */
export function goTo(url: string): void {
  const isComing = coming.url === url && Math.abs(Date.now() - coming.at) < COMING_MS
  if (isComing) return
  coming = { url, at: Date.now() }
  if (getCurrentPages().length < MOST_PAGES) void uni.navigateTo({ url })
  else void uni.redirectTo({ url })
}
