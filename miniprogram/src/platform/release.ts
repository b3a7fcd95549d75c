/** Why a page's code did not come: nobody answers, it is of a release before (then all is loaded anew), or nobody knows. */
export type Missing = 'offline' | 'reloading' | 'unknown'

// #ifdef H5
// The release that was left for a newer one in this tab.
const PLACE = 'release-left'

/** Look whether the server has another release than this page is of; that one is loaded, once. */
export async function whyNotLoaded(): Promise<Missing> {
  const page = await pageNow()
  if (page === null) return 'offline'
  const mine = document.querySelector('script[type="module"][src]')?.getAttribute('src') ?? ''
  // A server that was not renewed yet may give the old page again.
  if (page.includes(mine) || !isFirstTime(mine)) return 'unknown'
  window.location.reload()
  return 'reloading'
}

/** Whether this release is left for the first time. Where nothing can be remembered, nothing is loaded anew for ever. */
function isFirstTime(release: string): boolean {
  try {
    if (sessionStorage.getItem(PLACE) === release) return false
    sessionStorage.setItem(PLACE, release)
    return true
  } catch {
    return false
  }
}

/** This page as the server has it now; null when it does not answer. */
async function pageNow(): Promise<string | null> {
  try {
    const told = await fetch(window.location.pathname, { cache: 'no-store' })
    return told.ok ? await told.text() : null
  } catch {
    return null
  }
}
// #endif
