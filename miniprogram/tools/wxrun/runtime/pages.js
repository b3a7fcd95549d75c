// The stack of pages: opened, hidden, shown and closed as WeChat does it.

import { Fingers } from './fingers.js'
import { make } from './elements/base.js'

const DEEPEST = 10

export class Pages {
  constructor({ found, engine, bars, app }) {
    this.found = found
    this.engine = engine
    this.bars = bars
    this.app = app
    this.stack = []
    this.tabs = new Map()
    this.tabPaths = (found.app.tabBar?.list ?? []).map((each) => each.pagePath)
    this.configs = new Map(found.components.filter((each) => each.isPage).map((each) => [each.path, { ...found.app.window, ...each.json }]))
    this.sheets = new Map()
    this.stage = make('main', { class: 'wx-stage' })
  }

  get top() {
    return this.stack.at(-1)
  }

  has(path) {
    return this.configs.has(path)
  }

  isTab(path) {
    return this.tabPaths.includes(path)
  }

  navigateTo({ url, events }) {
    const { path, query } = this.meant(url, 'navigateTo')
    if (this.isTab(path)) throw new Error('can not navigateTo a tabbar page')
    if (this.stack.length >= DEEPEST) throw new Error(`webview count limit exceed`)
    this.hide(this.top)
    const page = this.make(path, query)
    const channel = channelWith(events)
    page.caller.getOpenerEventChannel = () => channel
    this.stack.push(page)
    this.begin(page)
    return { eventChannel: channel }
  }

  redirectTo({ url }) {
    const { path, query } = this.meant(url, 'redirectTo')
    if (this.isTab(path)) throw new Error('can not redirectTo a tabbar page')
    this.close(this.stack.pop())
    const page = this.make(path, query)
    this.stack.push(page)
    this.begin(page)
  }

  switchTab({ url }) {
    const { path } = this.meant(url, 'switchTab')
    if (!this.isTab(path)) throw new Error('can not switch to no-tabBar page')
    if (this.stack.length === 1 && this.top.path === path) return
    while (this.stack.length > 1 || (this.top && !this.isTab(this.top.path))) this.close(this.stack.pop())
    const known = this.tabs.get(path)
    if (this.top && this.top !== known) this.hide(this.top)
    const page = known ?? this.make(path, {})
    this.tabs.set(path, page)
    this.stack = [page]
    if (known) this.show(page)
    else this.begin(page)
  }

  reLaunch({ url }) {
    const { path, query } = this.meant(url, 'reLaunch')
    const before = new Set([...this.stack, ...this.tabs.values()])
    this.stack = []
    this.tabs.clear()
    before.forEach((each) => this.close(each))
    const page = this.make(path, query)
    if (this.isTab(path)) this.tabs.set(path, page)
    this.stack = [page]
    this.begin(page)
  }

  navigateBack({ delta = 1 } = {}) {
    if (this.stack.length < 2) throw new Error('cannot navigate back at first page.')
    for (let left = Math.min(delta, this.stack.length - 1); left > 0; left -= 1) this.close(this.stack.pop())
    this.show(this.top)
  }

  /** A tap on the tab bar. */
  tabTapped(place, item) {
    this.switchTab({ url: `/${item.pagePath}` })
    this.top.caller.onTabItemTap?.({ index: String(place), pagePath: item.pagePath, text: item.text })
  }

  /** The app went to the back, or came to the front again. */
  appHidden() {
    if (this.top) this.told(this.top, 'onHide', 'hide')
  }

  appShown() {
    if (this.top) this.told(this.top, 'onShow', 'show')
  }

  /** An address, relative or from the root; its values stay encoded, as in WeChat. */
  meant(url = '', api = 'navigateTo') {
    const [place, text = ''] = url.split('?')
    const base = this.top?.path.split('/').slice(0, -1) ?? []
    const parts = place.startsWith('/') ? [] : base
    for (const part of place.split('/')) {
      if (part === '..') parts.pop()
      else if (part && part !== '.') parts.push(part)
    }
    const path = parts.join('/')
    if (!this.has(path)) throw new Error(`page "${api === 'navigateTo' ? url : path}" is not found`)
    return { path, query: queryOf(text) }
  }

  make(path, query) {
    const box = make('div', { class: 'wx-box', 'data-page': path })
    const pull = make('div', { class: 'wx-pull', 'aria-hidden': 'true' }, make('i'), make('i'), make('i'))
    const place = make('div')
    box.append(pull, place)
    this.stage.append(box)
    const root = this.engine.createPage(path)
    const caller = root.get()
    const page = { path, query, root, caller, box, config: this.configs.get(path) }
    Object.assign(caller, { route: path, options: query })
    caller.getOpenerEventChannel = () => channelWith({})
    page.place = place
    return page
  }

  // In WeChat a page is attached first, then loaded, shown and ready.
  begin(page) {
    this.dress(page)
    page.root.attach(page.box, page.place)
    page.view = page.box.querySelector('wx-page')
    page.fingers = new Fingers(page)
    page.caller.onLoad?.(page.query)
    this.show(page)
    page.root.getComponent().triggerLifetime('ready', [])
    page.caller.onReady?.()
  }

  show(page) {
    this.dress(page)
    this.told(page, 'onShow', 'show')
  }

  dress(page) {
    for (const each of this.stage.children) each.classList.toggle('away', each !== page.box)
    this.wear(page.path)
    this.bars.show(page, this)
    this.measure()
  }

  hide(page) {
    if (page) this.told(page, 'onHide', 'hide')
  }

  close(page) {
    this.tabs.delete(page.path)
    page.caller.onUnload?.()
    page.root.release()
    page.box.remove()
  }

  told(page, method, lifetime) {
    page.root.getComponent().triggerPageLifetime(lifetime, [])
    page.caller[method]?.()
  }

  // Each page of WeChat is a document of its own: another page's styles do not reach it.
  wear(path) {
    const { app, components, pages } = this.found.styles
    this.always ??= [sheetOf(app), sheetOf(components)]
    if (!this.sheets.has(path)) this.sheets.set(path, sheetOf(pages[path] ?? ''))
    document.adoptedStyleSheets = [...this.always, this.sheets.get(path)]
  }

  measure() {
    document.documentElement.style.setProperty('--wx-page-height', `${this.stage.clientHeight}px`)
  }
}

export function queryOf(text) {
  const pairs = text.split('&').filter(Boolean).map((each) => each.split(/=(.*)/s))
  return Object.fromEntries(pairs.map(([name, value = '']) => [name, value]))
}

function sheetOf(text) {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(text)
  return sheet
}

function channelWith(events = {}) {
  const heard = new Map(Object.entries(events).map(([name, doing]) => [name, [doing]]))
  const on = (name, doing) => heard.set(name, [...(heard.get(name) ?? []), doing])
  return {
    on,
    once: (name, doing) => on(name, function once(...args) { heard.set(name, heard.get(name).filter((each) => each !== once)); doing(...args) }),
    off: (name, doing) => heard.set(name, doing ? (heard.get(name) ?? []).filter((each) => each !== doing) : []),
    emit: (name, ...args) => [...(heard.get(name) ?? [])].forEach((doing) => doing(...args)),
  }
}
