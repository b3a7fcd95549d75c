// The platform's rule: before the first use of something private the person agrees to the privacy guide.

const REFUSED = { errno: 104, words: 'privacy permission is not authorized' }

export class Privacy {
  constructor({ storage, sheets, name }) {
    this.storage = storage
    this.sheets = sheets
    this.name = name
    this.listeners = []
    this.tapped = new Set()
    this.waiting = null
  }

  get isAgreed() {
    return this.storage.own('privacy') === 'agreed'
  }

  contract() {
    return `《${this.name}小程序隐私保护指引》`
  }

  listen(listener) {
    this.listeners.push(listener)
  }

  /** A button of the open type was tapped: only then does a page's "agree" count. */
  pressed(id) {
    this.tapped.add(id)
    if (!this.listeners.length) this.agree()
  }

  agree() {
    this.storage.keepOwn('privacy', 'agreed')
  }

  /** Resolves when `api` may go on; raises {errMsg, errno} when the person refuses. */
  async allow(api) {
    if (this.isAgreed) return
    this.waiting ??= this.ask(api).finally(() => { this.waiting = null })
    if (!await this.waiting) throw { errMsg: `${api}:fail ${REFUSED.words}`, errno: REFUSED.errno }
    this.agree()
  }

  ask(api) {
    return this.listeners.length ? this.askByPage(api) : this.askByPlatform()
  }

  askByPage(referrer) {
    return new Promise((resolve) => {
      const answer = ({ event, buttonId } = {}) => {
        if (event === 'disagree') resolve(false)
        if (event === 'agree' && this.tapped.has(buttonId ?? '')) resolve(true)
      }
      this.listeners.forEach((each) => each(answer, { referrer }))
    })
  }

  async askByPlatform() {
    const told = await this.sheets.modal({ title: '用户隐私保护提示', content: `使用前请阅读并同意${this.contract()}。`, cancelText: '拒绝', confirmText: '同意', confirmColor: '#07c160' })
    return told.confirm
  }
}
