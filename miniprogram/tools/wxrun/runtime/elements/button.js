// button with its open types, and navigator.

import { host } from '../host.js'
import { WxElement, define, onTap } from './base.js'

const OPEN = {
  share: (button) => host.share.fromButton(button),
  contact: (button) => host.phone.ask('openCustomerServiceChat', { sessionFrom: button.values['session-from'] ?? '' }).then((told) => button.tell('contact', told)),
  getPhoneNumber: (button) => privately(button, 'getPhoneNumber', 'getphonenumber', () => host.phone.ask('getPhoneNumber')),
  getRealtimePhoneNumber: (button) => privately(button, 'getRealtimePhoneNumber', 'getrealtimephonenumber', () => host.phone.ask('getPhoneNumber')),
  chooseAvatar: (button) => privately(button, 'chooseAvatar', 'chooseavatar', () => host.media.chooseAvatar()),
  agreePrivacyAuthorization: (button) => { host.privacy.pressed(button.__wxElement?.id ?? ''); button.tell('agreeprivacyauthorization', { errMsg: 'agreePrivacyAuthorization:ok' }) },
  openSetting: (button) => button.tell('opensetting', { errMsg: 'openSetting:ok', authSetting: {} }),
  feedback: () => host.sheets.toast({ title: '意见反馈' }),
}

// A refusal comes to the same handler, with WeChat's words.
async function privately(button, api, event, asking) {
  try {
    await host.privacy.allow(api)
    button.tell(event, { errMsg: `${api}:ok`, ...await asking() })
  } catch (refused) {
    button.tell(event, { errMsg: refused.errMsg ?? `${api}:fail`, errno: refused.errno })
  }
}

class Button extends WxElement {
  build() {
    this.setAttribute('role', 'button')
    this.setAttribute('tabindex', '0')
    onTap(this, () => this.press())
  }

  get isOff() {
    return this.is('disabled')
  }

  changed(name) {
    if (name === 'disabled') this.setAttribute('aria-disabled', String(this.isOff))
  }

  press() {
    if (this.isOff) return
    const wanted = this.values['open-type']
    if (wanted && Object.hasOwn(OPEN, wanted)) OPEN[wanted](this)
    // With another open type in it, agreeing to privacy comes first: "getPhoneNumber|agreePrivacyAuthorization".
    else if (wanted?.includes('|')) wanted.split('|').reverse().forEach((each) => OPEN[each.trim()]?.(this))
    if (this.values['form-type'] === 'submit') this.around('form')?.submit()
    if (this.values['form-type'] === 'reset') this.around('form')?.reset()
  }
}

const GO = { navigate: 'navigateTo', redirect: 'redirectTo', switchTab: 'switchTab', reLaunch: 'reLaunch' }

class Navigator extends WxElement {
  build() {
    this.setAttribute('role', 'link')
    onTap(this, () => this.follow())
  }

  follow() {
    const kind = this.values['open-type'] || 'navigate'
    if (kind === 'navigateBack') return host.wx.navigateBack({ delta: Number(this.values.delta) || 1 })
    if (kind === 'exit') return host.wx.exitMiniProgram()
    if (this.values.target === 'miniProgram') return host.wx.navigateToMiniProgram({ appId: this.values['app-id'], path: this.values.path })
    return host.wx[GO[kind]]({ url: this.values.url, fail: (refused) => this.tell('fail', refused), success: (told) => this.tell('success', told) })
  }
}

export function defineButtons() {
  define('button', Button)
  define('navigator', Navigator)
}
