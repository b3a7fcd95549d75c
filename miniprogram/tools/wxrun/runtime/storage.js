// wx's storage: phones beside each other share the browser's, so keys carry the app and the person.

const LIMIT_KILOBYTES = 10 * 1024

export class Storage {
  constructor({ appid, person }) {
    this.space = `wx|${appid}|${person}|`
    this.ownSpace = `wechat|${appid}|${person}|`
  }

  set(key, value) {
    if (typeof key !== 'string' || !key) throw new Error('setStorage:fail parameter error: key must be a string')
    localStorage.setItem(this.space + key, JSON.stringify({ value: value === undefined ? '' : value }))
  }

  /** The value; undefined when nothing is kept under this key. */
  get(key) {
    const text = localStorage.getItem(this.space + key)
    return text === null ? undefined : JSON.parse(text).value
  }

  remove(key) {
    localStorage.removeItem(this.space + key)
  }

  clear() {
    this.keys().forEach((key) => this.remove(key))
  }

  keys() {
    return Object.keys(localStorage).filter((each) => each.startsWith(this.space)).map((each) => each.slice(this.space.length))
  }

  info() {
    const letters = this.keys().reduce((total, key) => total + localStorage.getItem(this.space + key).length, 0)
    return { keys: this.keys(), currentSize: Math.ceil(letters / 1024), limitSize: LIMIT_KILOBYTES }
  }

  /** What WeChat itself remembers about the person here; no page can read it. */
  own(name) {
    return localStorage.getItem(this.ownSpace + name)
  }

  keepOwn(name, text) {
    localStorage.setItem(this.ownSpace + name, text)
  }
}
