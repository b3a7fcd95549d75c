// WXML by the platform's own component engine: each template becomes a function of plain JavaScript.

import { createRequire } from 'node:module'

// The compiler is CommonJS around WebAssembly.
const { TmplGroup } = createRequire(import.meta.url)('glass-easel-template-compiler')

const ERROR_LEVEL = 4
// The compiler wants a colour between `bind` and the event; mini-programs may leave it out.
const GLUED_EVENT = /(\s)(capture-bind|capture-catch|mut-bind|bind|catch)([a-z]\w*)=/g
// WeChat's spelling of what a browser calls role.
const ROLE = /(\s)aria-role=/g

/** One expression: {path: template}. Raises what the compiler says of a broken one. */
export function compileTemplates(found) {
  const group = new TmplGroup()
  for (const file of found.files.filter((each) => each.endsWith('.wxs'))) {
    // Asked for with and without the ending.
    group.addScript(file.slice(0, -4), found.read(file))
    group.addScript(file, found.read(file))
  }
  for (const file of found.files.filter((each) => each.endsWith('.wxml'))) add(group, file, found.read(file))
  return group.getTmplGenObjectGroups()
}

function add(group, file, text) {
  const wxml = text.replace(GLUED_EVENT, '$1$2:$3=').replace(ROLE, '$1role=')
  const said = group.addTmpl(file.slice(0, -5), wxml) ?? []
  const errors = said.filter((each) => each.isError || each.level >= ERROR_LEVEL)
  if (errors.length) throw new Error(`${file}: ${errors.map((each) => each.message ?? JSON.stringify(each)).join('; ')}`)
}
