// Of whose packages there is code in a build: a list beside it, for LICENSES.md.

import fs from 'node:fs'
import path from 'node:path'

const PACKAGE = /.*\/node_modules\/((?:@[^/]+\/)?[^/?]+)/

/** `files`: absolute paths, or what bundlers make of them. */
export function keepPackages(files, built) {
  const names = files.map((each) => PACKAGE.exec(each.replaceAll('\\', '/'))?.[1]).filter(Boolean)
  fs.writeFileSync(`${path.resolve(built)}.packages.json`, `${JSON.stringify([...new Set(names)].sort())}\n`)
}

/** For Vite: modules of which something is left after the tree was shaken. */
export function packagesInside() {
  const files = new Set()
  return {
    name: 'packages-inside',
    generateBundle(_options, bundle) {
      for (const { modules = {} } of Object.values(bundle))
        for (const [file, { renderedLength }] of Object.entries(modules)) if (renderedLength) files.add(file)
    },
    writeBundle({ dir }) {
      keepPackages([...files], dir)
    },
  }
}
