// What a finger does to a whole page: scroll it, reach its end, pull it down, hold something long.

import { tell } from './engine.js'

const USUAL_DISTANCE = 50
const PULL_PIXELS = 60
const LONG_MILLISECONDS = 350
const STILL_PIXELS = 10

export class Fingers {
  constructor(page) {
    this.page = page
    this.isNearEnd = false
    page.view.addEventListener('scroll', () => this.scrolled(), { passive: true })
    page.box.addEventListener('pointerdown', (event) => this.down(event))
    page.box.addEventListener('pointermove', (event) => this.moved(event))
    for (const type of ['pointerup', 'pointercancel']) page.box.addEventListener(type, () => this.up())
    // A browser takes a finger's move for scrolling, and then tells touches only.
    page.box.addEventListener('touchmove', (event) => this.moved(event.touches[0]), { passive: true })
    page.box.addEventListener('touchend', () => this.up())
  }

  scrolled() {
    const { view, caller, config } = this.page
    caller.onPageScroll?.({ scrollTop: view.scrollTop })
    const distance = config.onReachBottomDistance ?? USUAL_DISTANCE
    const isNear = view.scrollTop + view.clientHeight >= view.scrollHeight - distance
    if (isNear && !this.isNearEnd) caller.onReachBottom?.()
    this.isNearEnd = isNear
  }

  down(event) {
    this.began = { x: event.clientX, y: event.clientY, isAtTop: this.page.view.scrollTop <= 0 }
    const target = elementAround(event.target)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => { if (target) tell(target, 'longpress', { x: event.clientX, y: event.clientY }, { bubbles: true }) }, LONG_MILLISECONDS)
  }

  moved(at) {
    if (!this.began || !at) return
    const down = at.clientY - this.began.y
    if (Math.abs(down) > STILL_PIXELS || Math.abs(at.clientX - this.began.x) > STILL_PIXELS) clearTimeout(this.timer)
    if (down < PULL_PIXELS || !this.began.isAtTop || !this.page.config.enablePullDownRefresh) return
    this.began = null
    this.pull()
  }

  up() {
    clearTimeout(this.timer)
    this.began = null
  }

  pull() {
    if (this.page.box.classList.contains('pulled')) return
    this.page.box.classList.add('pulled')
    this.page.caller.onPullDownRefresh?.()
  }

  letGo() {
    this.page.box.classList.remove('pulled')
  }
}

function elementAround(node) {
  let each = node
  while (each && !each.__wxElement) each = each.parentNode
  return each
}
