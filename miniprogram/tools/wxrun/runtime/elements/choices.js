// switch, checkbox and radio with their groups; label and form around them.

import { WxElement, define, onTap } from './base.js'

class Choice extends WxElement {
  build() {
    this.prepend(document.createElement('i'))
    this.setAttribute('role', this.role_)
    this.isOn = this.isOn ?? false
    this.show()
    onTap(this, (event) => { event.stopPropagation(); this.toggle() })
  }

  changed(name, value) {
    if (name === 'checked') this.isOn = this.is('checked')
    if (name === 'color') this.style.setProperty('--wx-colour', value || null)
    this.show()
  }

  show() {
    this.setAttribute('aria-checked', String(this.isOn))
    this.setAttribute('aria-disabled', String(this.is('disabled')))
  }

  toggle() {
    if (this.is('disabled')) return
    this.choose()
    this.show()
  }

  reset() {
    this.isOn = false
    this.show()
  }
}

class Switch extends Choice {
  role_ = 'switch'

  choose() {
    this.isOn = !this.isOn
    this.tell('change', { value: this.isOn })
  }

  formValue() {
    return this.isOn
  }
}

class Checkbox extends Choice {
  role_ = 'checkbox'

  choose() {
    this.isOn = !this.isOn
    const group = this.around('checkbox-group')
    if (group) group.tell('change', { value: group.formValue() })
  }
}

class Radio extends Choice {
  role_ = 'radio'

  choose() {
    if (this.isOn) return
    const group = this.around('radio-group')
    for (const other of group?.querySelectorAll('wx-radio') ?? []) other.reset()
    this.isOn = true
    if (group) group.tell('change', { value: this.values.value ?? '' })
  }
}

class CheckboxGroup extends WxElement {
  formValue() {
    return [...this.querySelectorAll('wx-checkbox')].filter((each) => each.isOn).map((each) => each.values.value ?? '')
  }
}

class RadioGroup extends WxElement {
  formValue() {
    return [...this.querySelectorAll('wx-radio')].find((each) => each.isOn)?.values.value ?? ''
  }
}

const INSIDE = 'wx-switch, wx-checkbox, wx-radio, wx-button, wx-input, wx-textarea'

class Label extends WxElement {
  build() {
    onTap(this, (event) => {
      if (event.target.closest(INSIDE)) return
      const wanted = this.named() ?? this.querySelector(INSIDE)
      if (wanted?.toggle) wanted.toggle()
      else wanted?.inner?.focus()
    })
  }

  named() {
    const id = this.values.for
    return id ? [...document.querySelectorAll(INSIDE)].find((each) => each.__wxElement?.id === id) : null
  }
}

const FIELDS = 'wx-input, wx-textarea, wx-switch, wx-checkbox-group, wx-radio-group, wx-picker, wx-slider'

class Form extends WxElement {
  submit(formId = '') {
    const named = [...this.querySelectorAll(FIELDS)].filter((each) => each.values.name)
    this.tell('submit', { value: Object.fromEntries(named.map((each) => [each.values.name, each.formValue()])), formId })
  }

  reset() {
    for (const each of this.querySelectorAll(`${FIELDS}, wx-checkbox, wx-radio`)) each.reset?.()
    this.tell('reset')
  }
}

export function defineChoices() {
  define('switch', Switch)
  define('checkbox', Checkbox)
  define('radio', Radio)
  define('checkbox-group', CheckboxGroup)
  define('radio-group', RadioGroup)
  define('label', Label)
  define('form', Form)
}
