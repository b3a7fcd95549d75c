// Light or dark, as the system says; an app that does not speak of dark is always light.

const DARK = window.matchMedia('(prefers-color-scheme: dark)')

export class Theme {
  constructor({ isKnown }) {
    this.isKnown = isKnown
    this.listeners = new Set()
    document.body.classList.toggle('wx-dark', isKnown)
    if (isKnown) DARK.addEventListener('change', () => this.listeners.forEach((each) => each({ theme: this.now() })))
  }

  now() {
    return this.isKnown && DARK.matches ? 'dark' : 'light'
  }
}
