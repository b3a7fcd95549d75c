// Sharing: what a page says, what it asked of the menu, and the picture as data, which a phone can show.

const ANSWER_MILLISECONDS = 3000

export class Share {
  constructor({ phone, pages, files }) {
    this.phone = phone
    this.pages = pages
    this.files = files
    this.menu = {}
  }

  /** wx.updateShareMenu and wx.showShareMenu. */
  change(said) {
    this.menu = { ...this.menu, ...said }
  }

  async fromButton(button) {
    const node = button.__wxElement
    return this.phone.ask('shareAppMessage', await this.words({ from: 'button', target: { id: node?.id ?? '', dataset: node?.dataset ?? {} } })).catch(() => undefined)
  }

  /** What the phone needs to know: the page's words with what was asked of the menu. */
  async words(from) {
    const { top } = this.pages
    const told = (await this.pageSays(top, from)) ?? {}
    const path = told.path ?? `/${top.path}${queryText(top.query)}`
    const card = { title: told.title, path: path.replace(/^\//, ''), imageUrl: await this.picture(told.imageUrl) }
    return { ...Object.fromEntries(Object.entries(card).filter(([, value]) => value)), ...this.extras() }
  }

  async pageSays(page, from) {
    const told = page.caller.onShareAppMessage?.({ ...from, webViewUrl: undefined })
    if (!told?.promise) return told
    const late = new Promise((resolve) => { setTimeout(resolve, ANSWER_MILLISECONDS, told) })
    return Promise.race([told.promise, late])
  }

  extras() {
    const { withShareTicket, isUpdatableMessage, activityId, templateInfo, isPrivateMessage } = this.menu
    const parameters = Object.fromEntries((templateInfo?.parameterList ?? []).map(({ name, value }) => [name, value]))
    return {
      ...(withShareTicket ? { withShareTicket: true } : {}),
      ...(isUpdatableMessage || isPrivateMessage ? { activity_id: activityId } : {}),
      ...(isUpdatableMessage ? { parameters } : {}),
      ...(isPrivateMessage ? { private: true } : {}),
    }
  }

  async picture(source) {
    if (!source || source.startsWith('data:')) return source
    return this.files.asDataUrl(source).catch(() => undefined)
  }
}

function queryText(query) {
  const text = Object.entries(query).map(([name, value]) => `${name}=${value}`).join('&')
  return text ? `?${text}` : ''
}
