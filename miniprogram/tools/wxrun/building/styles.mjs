// WXSS to CSS: rpx follow the width of the page, tags are renamed, a component's classes are its own.

import crypto from 'node:crypto'
import path from 'node:path'

import postcss from 'postcss'
import selectorParser from 'postcss-selector-parser'

import { ELEMENTS } from '../runtime/tags.js'

const RPX = /(-?\d*\.?\d+)rpx\b/g
const VIEW_HEIGHT = /(-?\d*\.?\d+)vh\b/g
const URL = /url\(\s*(['"]?)(?!data:|https?:|blob:|\/)([^'")]+)\1\s*\)/g
const DESIGN_WIDTH = 750
const SCOPE_LETTERS = 6

/**
 * {app, pages: {path: css}, components: css, scopes: {path: prefix}}. A page's styles hold while it is
 * shown, a component's for its own classes only, unless its settings say "shared".
 */
export function compileStyles(found) {
  const pages = {}
  const scopes = {}
  const parts = []
  for (const { path: place, isPage, json } of found.components) {
    const file = `${place}.wxss`
    if (!isPage && !isShared(json)) scopes[place] = scopeOf(place)
    if (!found.has.has(file)) continue
    const css = compile(found, file, scopes[place])
    if (isPage) pages[place] = css
    else parts.push(css)
  }
  return { app: found.has.has('app.wxss') ? compile(found, 'app.wxss') : '', pages, components: parts.join('\n'), scopes }
}

const isShared = (json) => json.styleIsolation === 'shared'
const scopeOf = (place) => `s${crypto.createHash('sha256').update(place).digest('hex').slice(0, SCOPE_LETTERS)}`

function compile(found, file, scope, seen = new Set()) {
  if (seen.has(file)) return ''
  seen.add(file)
  const root = postcss.parse(found.read(file), { from: file })
  let before = ''
  root.walkAtRules('import', (rule) => {
    const wanted = /['"](.+?)['"]/.exec(rule.params)?.[1] ?? ''
    const target = wanted.startsWith('/') ? wanted.slice(1) : path.posix.join(path.posix.dirname(file), wanted)
    if (!found.has.has(target)) throw new Error(`${file} imports ${wanted}, which is not there`)
    before += compile(found, target, scope, seen)
    rule.remove()
  })
  root.walkDecls((each) => { each.value = measured(each.value, file) })
  root.walkRules((each) => {
    if (each.parent.type === 'atrule' && /keyframes/.test(each.parent.name)) return
    each.selector = selectorParser((tree) => rename(tree, scope)).processSync(each.selector)
  })
  return before + root.toString()
}

function measured(value, file) {
  return value
    .replace(RPX, (_, number) => `calc(${number} * 100vw / ${DESIGN_WIDTH})`)
    // A page is lower than the frame while there is a tab bar.
    .replace(VIEW_HEIGHT, (_, number) => `calc(${number} * var(--wx-page-height) / 100)`)
    .replace(URL, (_, quote, inner) => `url("/${path.posix.join(path.posix.dirname(file), inner)}")`)
}

function rename(tree, scope) {
  tree.walkTags((tag) => {
    if (/^(from|to|\d)/.test(tag.value)) return
    tag.value = tag.value === 'page' || ELEMENTS.has(tag.value) ? `wx-${tag.value}` : `x-${tag.value}`
  })
  if (!scope) return
  tree.walkClasses((each) => { each.value = `${scope}--${each.value}` })
  tree.walkPseudos((each) => {
    if (each.value === ':host') each.replaceWith(selectorParser.attribute({ attribute: 'wx-host', operator: '=', value: scope, quoteMark: '"' }))
  })
}
