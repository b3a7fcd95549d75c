// The package's CommonJS files, each in a function of its own.

import { transformSync } from 'esbuild'

const MODULE = /^\s*(import|export)\b|[;}]\s*(import|export)[ {*"]/m
// A mini-program has no browser around it: what leans on one must fail here as it would there.
const ABSENT = [
  'window', 'document', 'self', 'navigator', 'location', 'history', 'localStorage', 'sessionStorage', 'fetch',
  'XMLHttpRequest', 'WebSocket', 'URL', 'URLSearchParams', 'FormData', 'Blob', 'Image', 'alert',
]

/** The inside of an object literal: "file": function(require, module, exports, …) {…}. */
export function compileScripts(found) {
  return found.files
    .filter((each) => each.endsWith('.js'))
    .map((file) => `${JSON.stringify(file)}:function(require,module,exports,${ABSENT.join(',')}){${asCommonJs(found.read(file))}\n}`)
    .join(',\n')
}

const asCommonJs = (text) => (MODULE.test(text) ? transformSync(text, { format: 'cjs', loader: 'js', charset: 'utf8' }).code : text)
