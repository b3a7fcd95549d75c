// input and textarea: what is typed is told letter by letter, as on a phone.

import { host } from '../host.js'
import { WxElement, define } from './base.js'

const KINDS = { number: ['text', 'numeric'], digit: ['text', 'decimal'], idcard: ['text', 'text'], tel: ['tel', 'tel'], nickname: ['text', 'text'], text: ['text', 'text'], 'safe-password': ['password', 'text'] }
const HINTS = { send: 'send', search: 'search', next: 'next', go: 'go', done: 'done' }
const USUAL_LENGTH = 140
const NOT_THESE = { number: /[^\d]/g, digit: /[^\d.]/g, idcard: /[^\dXx]/g }

class Field extends WxElement {
  build() {
    this.inner = document.createElement(this.innerTag)
    this.inner.maxLength = USUAL_LENGTH
    this.append(this.inner)
    this.inner.addEventListener('input', (event) => this.typed(event))
    this.inner.addEventListener('focus', () => this.tell('focus', { value: this.inner.value, height: 0 }))
    this.inner.addEventListener('blur', () => this.tell('blur', { value: this.inner.value, cursor: this.inner.selectionStart ?? 0 }))
    this.inner.addEventListener('keydown', (event) => { if (event.key === 'Enter' && !event.isComposing) this.entered(event) })
  }

  changed(name, value) {
    const text = value === undefined || value === null ? '' : String(value)
    if (name === 'value' && this.inner.value !== text) this.inner.value = text
    if (name === 'placeholder') this.inner.placeholder = text
    if (name === 'disabled') this.inner.disabled = this.is(name)
    if (name === 'maxlength') this.limit(Number(value))
    if (name === 'focus' || name === 'auto-focus') queueMicrotask(() => (this.is(name) ? this.inner.focus() : undefined))
    if (name === 'aria-label') this.inner.setAttribute('aria-label', text)
    if (name === 'placeholder-style') this.placeholderLook(text)
    if (name === 'confirm-type') this.inner.enterKeyHint = HINTS[text] ?? 'done'
    if (name === 'type' || name === 'password') this.kind()
  }

  limit(letters) {
    if (letters < 0) this.inner.removeAttribute('maxlength')
    else this.inner.maxLength = letters
  }

  kind() {
    const [type, mode] = KINDS[this.values.type] ?? KINDS.text
    this.inner.type = this.is('password') ? 'password' : type
    this.inner.inputMode = mode
  }

  placeholderLook(style) {
    const said = (name) => new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;]+)`).exec(style)?.[1] ?? ''
    this.style.setProperty('--wx-placeholder', said('color') || null)
    this.style.setProperty('--wx-placeholder-size', said('font-size').replace(/([\d.]+)rpx/, 'calc($1 * 100vw / 750)') || null)
  }

  typed(event) {
    const unwanted = NOT_THESE[this.values.type]
    if (unwanted && !event.isComposing) this.inner.value = this.inner.value.replace(unwanted, '')
    this.values.value = this.inner.value
    this.grow?.()
    this.tell('input', { value: this.inner.value, cursor: this.inner.selectionStart ?? this.inner.value.length, keyCode: 0 })
  }

  entered(event) {
    event.preventDefault()
    this.tell('confirm', { value: this.inner.value })
    if (!this.is('confirm-hold')) this.inner.blur()
  }

  formValue() {
    return this.inner.value
  }

  reset() {
    this.inner.value = ''
  }
}

class Input extends Field {
  innerTag = 'input'

  build() {
    super.build()
    this.kind()
    // A nickname is one of the private things; WeChat offers the person's own above the keyboard.
    this.inner.addEventListener('focus', () => { if (this.values.type === 'nickname') this.askForName() })
    this.inner.addEventListener('blur', () => { if (this.values.type === 'nickname') this.tell('nicknamereview', { pass: true, timeout: false }) })
  }

  async askForName() {
    const allowed = await host.privacy.allow('input.nickname').then(() => true, () => false)
    if (!allowed) this.inner.blur()
  }
}

class Textarea extends Field {
  innerTag = 'textarea'

  kind() {}

  changed(name, value) {
    super.changed(name, value)
    this.grow()
  }

  grow() {
    if (!this.is('auto-height')) return
    this.inner.style.height = 'auto'
    this.inner.style.height = `${this.inner.scrollHeight}px`
  }

  // Enter makes a line, unless the field says that it sends.
  entered(event) {
    if (['send', 'search', 'next', 'go', 'done'].includes(this.values['confirm-type'])) super.entered(event)
  }
}

export function defineFields() {
  define('input', Input)
  define('textarea', Textarea)
}
