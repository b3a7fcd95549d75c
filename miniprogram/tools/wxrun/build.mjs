// Turns a built mini-program (WXML, WXSS, JS, JSON) into a page that a browser can open:
//   node build.mjs <dist/mp-weixin> <dist/phone>
// The same input gives the same bytes, wherever it lies.

import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { buildSync } from 'esbuild'

import { keepPackages } from '../inside.mjs'

import { readPackage } from './building/package.mjs'
import { compileScripts } from './building/scripts.mjs'
import { compileStyles } from './building/styles.mjs'
import { compileTemplates } from './building/templates.mjs'

const HERE = path.dirname(fileURLToPath(import.meta.url))
const ASSETS = /\.(png|jpe?g|gif|svg|webp|ttf|woff2?|mp3|json)$/
const SETTINGS = /(^|\/)(app|project\.config|project\.private\.config|sitemap|theme)\.json$/

const PAGE = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>小程序</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/wxrun/base.css">
</head>
<body>
<script src="/wxrun/code.js"></script>
<script src="/wxrun/runtime.js"></script>
</body>
</html>
`

function main([source, target]) {
  if (!source || !target) throw new Error('node build.mjs <dist/mp-weixin> <dist/phone>')
  const found = readPackage(source)
  fs.rmSync(target, { recursive: true, force: true })
  const own = path.join(target, 'wxrun')
  fs.mkdirSync(own, { recursive: true })
  fs.writeFileSync(path.join(target, 'index.html'), PAGE)
  fs.writeFileSync(path.join(own, 'code.js'), codeOf(found))
  fs.copyFileSync(path.join(HERE, 'runtime/base.css'), path.join(own, 'base.css'))
  // The templates' code comes out of the compiler.
  keepPackages([...bundleRuntime(path.join(own, 'runtime.js')), '/node_modules/glass-easel-template-compiler/'], target)
  copyAssets(found, target)
  process.stdout.write(`${found.pages.length} pages, ${found.components.length - found.pages.length} components\n`)
}

function codeOf(found) {
  const facts = { app: found.app, theme: found.theme, pages: found.pages, components: found.components, styles: compileStyles(found) }
  return [
    `window.__package=${JSON.stringify(facts)};`,
    `window.__package.templates=${compileTemplates(found)};`,
    `window.__package.modules={${compileScripts(found)}};`,
    '',
  ].join('\n')
}

function bundleRuntime(outfile) {
  const { metafile } = buildSync({
    entryPoints: [path.join(HERE, 'runtime/boot.js')],
    outfile,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'inline',
    logLevel: 'error',
    // A comment with each file's path would differ from machine to machine.
    minifyWhitespace: true,
    metafile: true,
  })
  const inputs = Object.values(metafile.outputs)[0].inputs
  return Object.keys(inputs).filter((each) => inputs[each].bytesInOutput).map((each) => path.resolve(each))
}

function copyAssets(found, target) {
  const belongs = new Set(found.components.map((each) => `${each.path}.json`))
  for (const file of found.files.filter((each) => ASSETS.test(each) && !SETTINGS.test(each) && !belongs.has(each))) {
    const to = path.join(target, file)
    fs.mkdirSync(path.dirname(to), { recursive: true })
    fs.copyFileSync(path.join(found.folder, file), to)
  }
}

main(process.argv.slice(2))
