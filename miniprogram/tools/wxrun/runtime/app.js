// App(): the whole mini-program's life, and who listens to it.

export class TheApp {
  constructor() {
    this.instance = {}
    this.heard = new Map()
  }

  /** What the page's script gave to App(). */
  become(definition) {
    this.instance = definition
    return definition
  }

  listen(name, doing) {
    this.heard.set(name, [...(this.heard.get(name) ?? []), doing])
  }

  forget(name, doing) {
    this.heard.set(name, (this.heard.get(name) ?? []).filter((each) => each !== doing))
  }

  launched(options) {
    this.instance.onLaunch?.(options)
    this.shown(options)
  }

  shown(options) {
    this.instance.onShow?.(options)
    this.say('AppShow', options)
  }

  hidden() {
    this.instance.onHide?.()
    this.say('AppHide')
  }

  /** Whether somebody took care of a page that is not there. */
  pageNotFound(options) {
    this.say('PageNotFound', options)
    this.instance.onPageNotFound?.(options)
    return Boolean(this.instance.onPageNotFound || this.heard.get('PageNotFound')?.length)
  }

  failed(words) {
    this.instance.onError?.(words)
    this.say('Error', words)
  }

  say(name, ...told) {
    for (const doing of this.heard.get(name) ?? []) doing(...told)
  }
}
