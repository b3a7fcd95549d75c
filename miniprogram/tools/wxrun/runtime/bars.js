// The title bar, which the phone draws, and the tab bar, which is drawn here.

import { make } from './elements/base.js'

export class Bars {
  constructor({ found, phone, theme }) {
    this.found = found
    this.phone = phone
    this.theme = theme
    this.tabs = make('nav', { class: 'wx-tabs', role: 'tablist', hidden: true })
    this.badges = new Map()
    this.changes = new Map()
    this.isHidden = false
  }

  show(page, pages) {
    this.page = page
    this.pages = pages
    this.drawTitle()
    this.drawTabs()
  }

  drawTitle() {
    const { page, pages } = this
    const { config } = page
    const said = page.title ?? {}
    this.phone.tell('setNavigationBar', {
      title: said.title ?? this.coloured(config.navigationBarTitleText) ?? '',
      background: said.backgroundColor ?? this.coloured(config.navigationBarBackgroundColor) ?? '#000000',
      front: (said.frontColor ?? this.coloured(config.navigationBarTextStyle) ?? 'white').replace('#ffffff', 'white').replace('#000000', 'black'),
      isCustom: config.navigationStyle === 'custom',
      canGoBack: pages.stack.length > 1,
      canGoHome: pages.stack.length === 1 && page.path !== this.found.pages[0] && !pages.isTab(page.path) && !page.hidesHome,
      isLoading: said.isLoading ?? false,
    })
    const ground = this.coloured(config.backgroundColor)
    document.body.style.background = ground ?? ''
  }

  retitle(change) {
    this.page.title = { ...this.page.title, ...change }
    this.drawTitle()
  }

  /** A value of theme.json where the settings name one. */
  coloured(value) {
    if (typeof value !== 'string' || !value.startsWith('@')) return value
    return this.found.theme[this.theme.now()]?.[value.slice(1)]
  }

  drawTabs() {
    const { tabBar } = this.found.app
    const isTab = Boolean(tabBar) && this.pages.isTab(this.page.path) && this.pages.stack.length === 1
    this.tabs.hidden = !isTab || this.isHidden
    if (!isTab) return
    this.tabs.style.setProperty('--wx-tabs', this.coloured(tabBar.backgroundColor) ?? '#ffffff')
    this.tabs.style.setProperty('--wx-tabs-line', this.coloured(tabBar.borderStyle) === 'white' ? 'transparent' : 'rgb(0 0 0 / 12%)')
    this.tabs.replaceChildren(...tabBar.list.map((item, place) => this.tab({ ...item, ...this.changes.get(place) }, place)))
  }

  tab(item, place) {
    const { tabBar } = this.found.app
    const isOn = item.pagePath === this.page.path
    const picture = this.coloured(isOn ? item.selectedIconPath ?? item.iconPath : item.iconPath)
    const badge = this.badges.get(place)
    return make('button', {
      role: 'tab', 'aria-selected': String(isOn), onclick: () => this.pages.tabTapped(place, item),
      style: `color:${this.coloured(isOn ? tabBar.selectedColor : tabBar.color) ?? ''}`,
    }, picture && make('img', { src: `/${picture.replace(/^\//, '')}`, alt: '' }), item.text, badge !== undefined && make('sup', { class: badge === '' ? 'dot' : '' }, badge))
  }

  badge(place, text) {
    if (text === null) this.badges.delete(place)
    else this.badges.set(place, text)
    if (this.page) this.drawTabs()
  }

  changeTab(place, change) {
    this.changes.set(place, { ...this.changes.get(place), ...change })
    this.drawTabs()
  }

  hideTabs(isHidden) {
    this.isHidden = isHidden
    this.drawTabs()
    this.pages.measure()
  }
}
