import { onHide, onShow, onUnload } from '@dcloudio/uni-app'

const FIRST_PAUSE_MS = 5000
const LONGEST_PAUSE_MS = 30_000

/** Soon at first, since a friend often answers at once; then less and less. */
export const pauseBefore = (look: number): number => Math.min(FIRST_PAUSE_MS * 1.3 ** look, LONGEST_PAUSE_MS)

/** While its page is shown: look again, as long as somebody else may change what it tells. */
export function keepLooking(mayChange: () => boolean, look: () => Promise<unknown>): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let looks = 0

  function wait(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void again(), pauseBefore(looks++))
  }

  async function again(): Promise<void> {
    const mine = timer
    if (mayChange()) await look()
    // Hidden meanwhile, or shown anew: then another one waits, or nobody.
    if (mine === timer) wait()
  }

  function rest(): void {
    clearTimeout(timer)
    timer = undefined
  }

  onShow(() => {
    looks = 0
    wait()
  })
  onHide(rest)
  onUnload(rest)
}
