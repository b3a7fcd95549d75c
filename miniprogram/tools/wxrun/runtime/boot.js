// Puts the mini-program together and opens the page that the phone asks for.

import { TheApp } from './app.js'
import { wxOf } from './api/index.js'
import { Bars } from './bars.js'
import { defineElements } from './elements/index.js'
import { Engine } from './engine.js'
import { Files } from './files.js'
import { host } from './host.js'
import { Media } from './media.js'
import { Modules } from './modules.js'
import { Pages, queryOf } from './pages.js'
import { PhoneLink } from './phone.js'
import { Privacy } from './privacy.js'
import { numbersOn } from './reading.js'
import { Share } from './share.js'
import { Sheets } from './sheets.js'
import { Storage } from './storage.js'
import { Theme } from './theme.js'

async function boot() {
  const found = window.__package
  const phone = new PhoneLink()
  const said = await askedFor(phone)
  const launch = { first: optionsOf(said, found), latest: optionsOf(said, found) }
  const parts = partsOf({ found, phone, launch, said })
  const wx = wxOf(parts)
  Object.assign(host, parts, { wx })
  defineElements()
  expose({ ...parts, wx })
  open(parts)
  listen(parts)
  document.documentElement.dataset.ready = 'true'
}

function partsOf({ found, phone, launch, said }) {
  const app = new TheApp()
  const storage = new Storage({ appid: said.appid, person: said.person })
  const sheets = new Sheets()
  const files = new Files()
  const theme = new Theme({ isKnown: found.app.darkmode === true })
  const modules = new Modules(found.modules)
  const engine = new Engine(found, modules)
  const bars = new Bars({ found, phone, theme })
  const pages = new Pages({ found, engine, bars, app })
  const privacy = new Privacy({ storage, sheets, name: found.app.window?.navigationBarTitleText ?? '' })
  const share = new Share({ phone, pages, files })
  const media = new Media({ files, sheets, person: said.person })
  theme.listeners.add(() => { if (pages.top) bars.show(pages.top, pages) })
  return { found, phone, launch, app, appid: said.appid, storage, sheets, files, theme, modules, engine, bars, pages, privacy, share, media }
}

// Without a phone around, as when somebody opens the address itself, the address says it all.
async function askedFor(phone) {
  const query = Object.fromEntries(new URLSearchParams(window.location.search))
  if (phone.isAlone) return { appid: '', path: '', query: '', person: '', ...query, scene: Number(query.scene) || 1001 }
  return phone.ask('getLaunchOptions')
}

function optionsOf(said, found) {
  const [path, more] = (said.path ?? '').replace(/^\//, '').split('?')
  const query = queryOf([more, said.query].filter(Boolean).join('&'))
  const ticket = said.shareTicket ? { shareTicket: said.shareTicket } : {}
  return { path: path || found.pages[0], query, scene: Number(said.scene) || 1001, referrerInfo: {}, ...ticket }
}

function expose({ app, pages, engine, wx }) {
  Object.assign(window, {
    wx,
    App: (definition) => app.become(definition),
    Page: (definition) => engine.page(definition),
    Component: (definition) => engine.component(definition),
    Behavior: (definition) => engine.behavior(definition),
    getApp: () => app.instance,
    getCurrentPages: () => pages.stack.map((each) => each.caller),
    __wxConfig: {},
    global: {},
  })
  window.addEventListener('error', ({ message }) => app.failed(message))
}

function open({ app, pages, bars, modules, engine, launch }) {
  document.body.append(pages.stage, bars.tabs)
  new ResizeObserver(() => pages.measure()).observe(pages.stage)
  modules.load('app.js')
  engine.register()
  app.launched(launch.first)
  enter({ app, pages, options: launch.first })
}

function enter({ app, pages, options }) {
  if (pages.has(options.path)) return pages.reLaunch({ url: addressOf(options) })
  const isHandled = app.pageNotFound({ path: options.path, query: options.query, isEntryPage: true })
  return isHandled && pages.top ? undefined : pages.reLaunch({ url: `/${pages.found.pages[0]}` })
}

function addressOf({ path, query }) {
  const text = Object.entries(query).map(([name, value]) => `${name}=${value}`).join('&')
  return `/${path}${text ? `?${text}` : ''}`
}

function listen({ found, phone, app, pages, launch, share }) {
  phone.on('hide', () => {
    pages.appHidden()
    app.hidden()
  })
  // Opened again without a page, WeChat goes on where the person left.
  phone.on('show', (said) => {
    launch.latest = optionsOf(said, found)
    app.shown(launch.latest)
    if (said.path) enter({ app, pages, options: launch.latest })
    else pages.appShown()
  })
  phone.on('navigateBack', () => { if (pages.stack.length > 1) pages.navigateBack() })
  phone.on('home', () => pages.reLaunch({ url: `/${found.pages[0]}` }))
  phone.on('shareAppMessage', ({ from }) => share.words({ from }))
  phone.on('look', () => ({ numbers: numbersOn(pages.stage) }))
}

boot()
