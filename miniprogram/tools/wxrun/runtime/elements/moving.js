// scroll-view and swiper.

import { WxElement, define, make } from './base.js'

const REFRESH_PIXELS = 45
const USUAL_THRESHOLD = 50
const SWIPE_PIXELS = 40
const USUAL_INTERVAL_MILLISECONDS = 5000

class ScrollView extends WxElement {
  build() {
    this.last = { top: 0, left: 0 }
    this.near = { upper: true, lower: false }
    this.addEventListener('scroll', () => this.scrolled())
    let began = null
    this.addEventListener('pointerdown', (event) => { began = this.scrollTop <= 0 ? event.clientY : null })
    this.addEventListener('pointermove', (event) => {
      if (began === null || !this.is('refresher-enabled') || event.clientY - began < REFRESH_PIXELS) return
      began = null
      this.tell('refresherrefresh', {})
    })
  }

  changed(name, value) {
    if (name === 'scroll-top' && Number.isFinite(parseFloat(value))) requestAnimationFrame(() => { this.scrollTop = parseFloat(value) })
    if (name === 'scroll-left' && Number.isFinite(parseFloat(value))) requestAnimationFrame(() => { this.scrollLeft = parseFloat(value) })
    if (name === 'scroll-into-view' && value) requestAnimationFrame(() => this.show(value))
    if (name === 'scroll-with-animation') this.style.scrollBehavior = this.is(name) ? 'smooth' : ''
  }

  show(id) {
    const wanted = [...this.querySelectorAll('*')].find((each) => each.__wxElement?.id === id)
    wanted?.scrollIntoView({ block: 'start', inline: 'start' })
  }

  scrolled() {
    const { scrollTop, scrollLeft, scrollHeight, scrollWidth } = this
    this.tell('scroll', { scrollTop, scrollLeft, scrollHeight, scrollWidth, deltaX: this.last.left - scrollLeft, deltaY: this.last.top - scrollTop })
    this.last = { top: scrollTop, left: scrollLeft }
    const across = this.is('scroll-x') && !this.is('scroll-y')
    const [place, length, room] = across ? [scrollLeft, scrollWidth, this.clientWidth] : [scrollTop, scrollHeight, this.clientHeight]
    this.edge('upper', place <= this.threshold('upper'), across ? 'left' : 'top')
    this.edge('lower', place + room >= length - this.threshold('lower'), across ? 'right' : 'bottom')
  }

  threshold(which) {
    const value = parseFloat(this.values[`${which}-threshold`])
    return Number.isFinite(value) ? value : USUAL_THRESHOLD
  }

  edge(which, isNear, direction) {
    if (isNear && !this.near[which]) this.tell(`scrollto${which}`, { direction })
    this.near[which] = isNear
  }
}

class Swiper extends WxElement {
  build() {
    this.place = Number(this.values.current) || 0
    this.setAttribute('role', 'group')
    this.dots = make('div', { class: 'wx-dots' })
    this.append(this.dots)
    new MutationObserver(() => this.arrange()).observe(this, { childList: true })
    this.listen()
    this.arrange()
    this.turn()
  }

  changed(name, value) {
    if (name === 'current' && Number(value) !== this.place) this.go(Number(value) || 0, '')
    if (name === 'autoplay' || name === 'interval') this.turn()
    if (name === 'indicator-dots') this.arrange()
  }

  listen() {
    let began = null
    this.addEventListener('pointerdown', (event) => { began = event.clientX })
    this.addEventListener('pointerup', (event) => {
      const moved = began === null ? 0 : event.clientX - began
      began = null
      if (Math.abs(moved) >= SWIPE_PIXELS) this.go(this.place + (moved < 0 ? 1 : -1), 'touch')
    })
  }

  items() {
    return [...this.children].filter((each) => each.localName === 'wx-swiper-item' || each.querySelector(':scope > wx-swiper-item'))
      .map((each) => (each.localName === 'wx-swiper-item' ? each : each.querySelector(':scope > wx-swiper-item')))
  }

  go(wanted, source) {
    const count = this.items().length
    if (!count) { this.place = wanted; return }
    const place = this.is('circular') ? (wanted + count) % count : Math.min(Math.max(wanted, 0), count - 1)
    if (place === this.place) return
    this.place = place
    this.arrange()
    const detail = { current: place, currentItemId: this.items()[place]?.values['item-id'] ?? '', source }
    this.tell('change', detail)
    this.tell('animationfinish', detail)
  }

  arrange() {
    const items = this.items()
    const axis = this.is('vertical') ? 'Y' : 'X'
    items.forEach((each, number) => { each.style.transform = `translate${axis}(${(number - this.place) * 100}%)` })
    const dots = this.is('indicator-dots') ? items.map((_, number) => make('i', { class: number === this.place ? 'on' : '' })) : []
    if (dots.length !== this.dots.children.length || dots.length) this.dots.replaceChildren(...dots)
    if (this.lastElementChild !== this.dots && this.is('indicator-dots')) this.append(this.dots)
  }

  turn() {
    clearInterval(this.timer)
    if (!this.is('autoplay')) return
    this.timer = setInterval(() => { if (this.isConnected) this.go((this.place + 1) % Math.max(this.items().length, 1), 'autoplay') }, Number(this.values.interval) || USUAL_INTERVAL_MILLISECONDS)
  }

  disconnectedCallback() {
    clearInterval(this.timer)
  }
}

class SwiperItem extends WxElement {}

export function defineMoving() {
  define('scroll-view', ScrollView)
  define('swiper', Swiper)
  define('swiper-item', SwiperItem)
}
