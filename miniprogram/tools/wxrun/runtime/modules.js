// require() of the package's own files.

export class Modules {
  constructor(files) {
    this.files = files
    this.loaded = new Map()
  }

  has(place) {
    return Object.hasOwn(this.files, place)
  }

  load(place) {
    const file = [place, `${place}.js`, `${place}/index.js`].find((each) => this.has(each))
    if (!file) throw new Error(`module '${place}' is not defined`)
    const known = this.loaded.get(file)
    if (known) return known.exports
    const module = { exports: {} }
    this.loaded.set(file, module)
    this.files[file].call(undefined, (wanted) => this.load(this.resolve(file, wanted)), module, module.exports)
    return module.exports
  }

  resolve(from, wanted) {
    if (wanted.startsWith('/')) return wanted.slice(1)
    if (wanted.startsWith('.')) return joined(from, wanted)
    return this.vendored(from, wanted)
  }

  // What devtools built from npm lies in miniprogram_npm, next to the file or further up.
  vendored(from, wanted) {
    const above = from.split('/').slice(0, -1)
    for (;;) {
      const place = [...above, 'miniprogram_npm', wanted].join('/')
      if ([place, `${place}.js`, `${place}/index.js`].some((each) => this.has(each))) return place
      if (!above.length) return joined(from, `./${wanted}`)
      above.pop()
    }
  }
}

function joined(from, wanted) {
  const parts = from.split('/').slice(0, -1)
  for (const part of wanted.split('/')) {
    if (part === '..') parts.pop()
    else if (part && part !== '.') parts.push(part)
  }
  return parts.join('/')
}
