// What a mini-program consists of: its files, its pages, and the components that they use.

import fs from 'node:fs'
import path from 'node:path'

import { ELEMENTS } from '../runtime/tags.js'

// WXML takes these for its own: a component of such a name is never drawn, in WeChat neither.
const WXML_TAGS = new Set(['block', 'template', 'slot', 'import', 'include', 'wxs', ...ELEMENTS])

/** {folder, files, app, theme, pages, components: [{path, json, isPage}]}; used ones before their users. */
export function readPackage(folder) {
  const files = listFiles(folder)
  const has = new Set(files)
  const read = (file) => fs.readFileSync(path.join(folder, file), 'utf8')
  const app = JSON.parse(read('app.json'))
  const theme = app.themeLocation && has.has(app.themeLocation) ? JSON.parse(read(app.themeLocation)) : {}
  const pages = [...app.pages, ...(app.subPackages ?? app.subpackages ?? []).flatMap((each) => each.pages.map((page) => `${each.root.replace(/\/$/, '')}/${page}`))]
  const components = gather({ app, pages, has, read })
  return { folder, files, has, read, app, theme, pages, components }
}

function gather({ app, pages, has, read }) {
  const found = new Map()
  const visit = (place) => {
    if (found.has(place)) return
    if (!has.has(`${place}.js`)) throw new Error(`app.json or a component names ${place}, which is not there`)
    const json = has.has(`${place}.json`) ? JSON.parse(read(`${place}.json`)) : {}
    const named = { ...placesOf('app', app, has), ...placesOf(place, json, has) }
    const one = { path: place, isPage: pages.includes(place), json: { ...json, usingComponents: slashed(named) } }
    // A component may use itself; its place is kept before those that it uses are visited.
    found.set(place, null)
    Object.values(named).sort().forEach(visit)
    found.delete(place)
    found.set(place, one)
  }
  pages.forEach(visit)
  return [...found.values()]
}

function placesOf(from, { usingComponents = {} }, has) {
  const taken = Object.keys(usingComponents).filter((tag) => WXML_TAGS.has(tag))
  if (taken.length) throw new Error(`${from} calls a component <${taken[0]}>, which is a tag of WXML: give it another name`)
  return Object.fromEntries(Object.entries(usingComponents).map(([tag, wanted]) => [tag, resolve(from, wanted, has)]))
}

const slashed = (named) => Object.fromEntries(Object.entries(named).map(([tag, place]) => [tag, `/${place}`]))

function resolve(from, wanted, has) {
  const place = wanted.startsWith('/') ? wanted.slice(1) : path.posix.join(path.posix.dirname(from), wanted)
  return !has.has(`${place}.js`) && has.has(`${place}/index.js`) ? `${place}/index` : place
}

function listFiles(folder) {
  const found = []
  const walk = (inner) => {
    for (const entry of fs.readdirSync(path.join(folder, inner), { withFileTypes: true })) {
      const file = inner ? `${inner}/${entry.name}` : entry.name
      if (entry.isDirectory()) walk(file)
      else found.push(file)
    }
  }
  walk('')
  return found.sort()
}
