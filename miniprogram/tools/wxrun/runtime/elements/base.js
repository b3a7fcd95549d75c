// What the platform's own elements share: values from the template, events back to it.

import { tell } from '../engine.js'

export class WxElement extends HTMLElement {
  values = {}

  /** A value of the template; `changed` hears of it once the element stands in the page. */
  take(name, value) {
    this.values[name] = value
    if (this.isBuilt) this.changed(name, value)
  }

  connectedCallback() {
    if (this.isBuilt) return
    this.isBuilt = true
    this.build()
    for (const [name, value] of Object.entries(this.values)) this.changed(name, value)
  }

  build() {}

  changed() {}

  tell(type, detail = {}, options) {
    tell(this, type, detail, options)
  }

  /** Said by the bare attribute as well as by {{true}}. */
  is(name) {
    const value = this.values[name]
    return value === '' || Boolean(value && value !== 'false')
  }

  /** The page's own component or element of this kind that stands around. */
  around(tag) {
    return this.closest(`wx-${tag}`)
  }
}

export function define(tag, kind) {
  customElements.define(`wx-${tag}`, kind)
}

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...children.flat().filter((each) => each !== null && each !== undefined && each !== false))
  return element
}

/** Taps as the engine counts them: a finger or a mouse that did not move. */
export function onTap(element, doing) {
  element.addEventListener('click', doing)
}
