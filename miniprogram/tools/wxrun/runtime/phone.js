// The phone around this frame: asked by messages, as docs/simulator.md says.

const ALONE = { errMsg: 'fail no phone around' }

export class PhoneLink {
  constructor() {
    this.waiting = new Map()
    this.listeners = new Map()
    this.number = 0
    this.isAlone = window.parent === window
    window.addEventListener('message', (event) => this.hear(event))
  }

  /** What the phone answers; raises an object with errMsg where it refuses. */
  ask(api, args = {}) {
    if (this.isAlone) return Promise.reject({ ...ALONE, errMsg: `${api}:${ALONE.errMsg}` })
    this.number += 1
    const id = this.number
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject })
      window.parent.postMessage({ id, api, args }, '*')
    })
  }

  /** Tell, and do not care for the answer. */
  tell(api, args) {
    if (!this.isAlone) window.parent.postMessage({ id: 0, api, args }, '*')
  }

  /** One listener per event; what it returns answers an event that carries a number. */
  on(event, listener) {
    this.listeners.set(event, listener)
  }

  async hear({ source, data }) {
    if (source !== window.parent || typeof data !== 'object' || data === null) return
    if (typeof data.event === 'string') return this.happen(data)
    const waiting = this.waiting.get(data.id)
    if (!waiting) return
    this.waiting.delete(data.id)
    if (data.ok) waiting.resolve(data.result ?? {})
    else waiting.reject(data.result ?? {})
  }

  async happen({ event, number, args }) {
    const result = await this.listeners.get(event)?.(args ?? {})
    if (number !== undefined) window.parent.postMessage({ reply: number, result: result ?? {} }, '*')
  }
}
