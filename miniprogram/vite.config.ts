import { defineConfig } from 'vite'
import plugin from '@dcloudio/vite-plugin-uni'
import { packagesInside } from './tools/inside.mjs'

// The package is CommonJS: as a module its function is one level deeper.
const uni = (plugin as unknown as { default?: typeof plugin }).default ?? plugin

export default defineConfig({
  base: './',
  plugins: [uni(), packagesInside()],
  build: { sourcemap: false },
})
