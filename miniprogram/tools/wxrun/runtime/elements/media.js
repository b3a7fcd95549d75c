// image, icon, progress, slider, rich-text, camera.

import { host } from '../host.js'
import { WxElement, define, make } from './base.js'

const FITS = {
  scaleToFill: ['fill', ''], aspectFit: ['contain', ''], aspectFill: ['cover', ''], widthFix: ['', ''], heightFix: ['', ''], center: ['none', 'center'],
  top: ['none', 'top'], bottom: ['none', 'bottom'], left: ['none', 'left'], right: ['none', 'right'], 'top left': ['none', 'top left'],
  'top right': ['none', 'top right'], 'bottom left': ['none', 'bottom left'], 'bottom right': ['none', 'bottom right'],
}
const ICONS = { success: ['✓', '#07c160'], success_no_circle: ['✓', '#07c160'], info: ['i', '#10aeff'], warn: ['!', '#f76260'], waiting: ['…', '#10aeff'], cancel: ['×', '#f43530'], download: ['↓', '#07c160'], search: ['⌕', '#b2b2b2'], clear: ['×', '#b2b2b2'] }

class Picture extends WxElement {
  build() {
    this.inner = make('img', { alt: '' })
    this.append(this.inner)
    this.inner.addEventListener('load', () => this.tell('load', { width: this.inner.naturalWidth, height: this.inner.naturalHeight }))
    this.inner.addEventListener('error', () => this.tell('error', { errMsg: `GET ${this.values.src} failed` }))
    this.inner.addEventListener('click', () => { if (this.is('show-menu-by-longpress')) this.inner.dataset.menu = 'longpress' })
    this.fit('scaleToFill')
  }

  changed(name, value) {
    if (name === 'src') this.load(value)
    if (name === 'mode') this.fit(value)
    if (name === 'lazy-load') this.inner.loading = this.is(name) ? 'lazy' : 'eager'
    if (name === 'aria-label') this.inner.alt = value ?? ''
  }

  load(source) {
    if (!source) this.inner.removeAttribute('src')
    else this.inner.src = host.files.shown(String(source))
  }

  fit(mode) {
    const [fit, position] = FITS[mode] ?? FITS.scaleToFill
    this.inner.style.objectFit = fit
    this.inner.style.objectPosition = position
  }
}

class Icon extends WxElement {
  build() {
    this.draw()
  }

  changed() {
    this.draw()
  }

  draw() {
    const [sign, colour] = ICONS[this.values.type] ?? ['', '']
    const size = Number(this.values.size) || 23
    this.textContent = sign
    Object.assign(this.style, { width: `${size}px`, height: `${size}px`, lineHeight: `${size}px`, fontSize: `${size * 0.7}px`, textAlign: 'center', borderRadius: '50%', color: '#fff', background: this.values.color || colour })
  }
}

class Progress extends WxElement {
  build() {
    this.bar = make('b')
    this.append(make('i', {}, this.bar))
    this.setAttribute('role', 'progressbar')
  }

  changed() {
    const percent = Number(this.values.percent) || 0
    this.setAttribute('aria-valuenow', String(percent))
    this.bar.style.width = `${percent}%`
    this.bar.style.background = this.values.activeColor || this.values['active-color'] || ''
    const width = this.values['stroke-width']
    if (width) this.bar.parentElement.style.height = `${Number(width)}px`
  }
}

class Slider extends WxElement {
  build() {
    this.inner = make('input', { type: 'range', min: '0', max: '100', value: '0' })
    this.append(this.inner)
    this.inner.addEventListener('change', () => this.tell('change', { value: Number(this.inner.value) }))
    this.inner.addEventListener('input', () => this.tell('changing', { value: Number(this.inner.value) }))
  }

  changed(name, value) {
    if (['min', 'max', 'step', 'value'].includes(name)) this.inner[name] = value
    if (name === 'disabled') this.inner.disabled = this.is(name)
  }

  formValue() {
    return Number(this.inner.value)
  }
}

const SAFE_TAGS = new Set(['a', 'b', 'br', 'div', 'em', 'h1', 'h2', 'h3', 'h4', 'i', 'img', 'li', 'ol', 'p', 'span', 'strong', 'table', 'tbody', 'td', 'th', 'tr', 'u', 'ul'])

class RichText extends WxElement {
  changed(name, value) {
    if (name !== 'nodes') return
    if (typeof value === 'string') this.replaceChildren(...[...new DOMParser().parseFromString(value, 'text/html').body.childNodes].map(copied))
    else this.replaceChildren(...(value ?? []).map(drawn))
  }
}

// Only what the platform lists, and never a handler or a script.
function copied(node) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data)
  const tag = node.localName
  if (node.nodeType !== Node.ELEMENT_NODE || !SAFE_TAGS.has(tag)) return document.createTextNode('')
  const wanted = ['style', 'class', 'src', 'alt', 'width', 'height'].filter((each) => node.hasAttribute(each))
  return make(tag, Object.fromEntries(wanted.map((each) => [each, node.getAttribute(each)])), ...[...node.childNodes].map(copied))
}

function drawn(node) {
  if (node.type === 'text') return document.createTextNode(node.text ?? '')
  if (!SAFE_TAGS.has(node.name)) return document.createTextNode('')
  const { style, class: named, src, alt } = node.attrs ?? {}
  return make(node.name, { style, class: named, src, alt }, ...(node.children ?? []).map(drawn))
}

// There is no lens here: a page that scans by it gets nothing, as in a dark room.
class Camera extends WxElement {
  build() {
    this.setAttribute('role', 'img')
    queueMicrotask(() => this.tell('initdone', { maxZoom: 1 }))
  }
}

export function defineMedia() {
  define('image', Picture)
  define('cover-image', class extends Picture {})
  define('icon', Icon)
  define('progress', Progress)
  define('slider', Slider)
  define('rich-text', RichText)
  define('camera', Camera)
}
