// What WeChat draws over a page: dialogs, sheets, toasts.

import { make } from './elements/base.js'

const TOAST_MILLISECONDS = 1500

export class Sheets {
  constructor() {
    this.toasts = null
  }

  /** {confirm, cancel, content}. */
  modal({ title, content = '', showCancel = true, cancelText = '取消', confirmText = '确定', confirmColor = '#576b95', cancelColor, editable = false, placeholderText = '' }) {
    return over('', (end) => {
      const field = editable ? make('input', { placeholder: placeholderText, value: content }) : null
      const agree = () => end({ confirm: true, cancel: false, content: field ? field.value : null })
      const no = make('button', { onclick: () => end({ confirm: false, cancel: true, content: null }), style: cancelColor ? `color:${cancelColor}` : null }, cancelText)
      const yes = make('button', { onclick: agree, style: `color:${confirmColor}` }, confirmText)
      return make('div', { class: 'wx-dialog', role: 'dialog', 'aria-modal': 'true' }, title && make('h3', {}, title), editable ? field : make('p', {}, content), make('footer', {}, showCancel && no, yes))
    })
  }

  /** The place of what was tapped, or null. */
  actions({ itemList, alertText, itemColor = '#000' }) {
    return over('low', (end) => make('div', { class: 'wx-sheet', role: 'dialog' },
      alertText && make('h4', {}, alertText),
      itemList.map((words, place) => make('button', { onclick: () => end(place), style: itemColor === '#000' ? null : `color:${itemColor}` }, words)),
      make('button', { class: 'cancel', onclick: () => end(null) }, '取消')), null)
  }

  /** The places that were chosen in each column, or null. */
  columns(columns, places, turned, title, again) {
    return over('low', (end) => {
      const boxes = columns.map((column, number) => boxOf(column, places[number] ?? 0))
      boxes.forEach((box, number) => box.addEventListener('change', () => {
        turned(number, box.selectedIndex)
        // A column that hangs on another one is filled anew by the page.
        setTimeout(() => again().forEach((column, place) => { if (place !== number) refill(boxes[place], column) }), 0)
      }))
      const yes = make('button', { onclick: () => end(boxes.map((each) => each.selectedIndex)) }, '确定')
      return make('div', { class: 'wx-sheet', role: 'dialog' }, make('h4', {}, title || '请选择'), make('div', { class: 'row' }, boxes), yes, make('button', { class: 'cancel', onclick: () => end(null) }, '取消'))
    }, null)
  }

  /** A form in a sheet: {name: value}, or null. `fields` are {name, words, value}. */
  form({ title, fields, yes = '确定' }) {
    return over('low', (end) => {
      const inputs = fields.map((each) => [each, make('input', { value: each.value, 'aria-label': each.words })])
      const read = () => end(Object.fromEntries(inputs.map(([each, input]) => [each.name, input.value])))
      return make('div', { class: 'wx-sheet', role: 'dialog' }, make('h4', {}, title), inputs.map(([each, input]) => make('label', {}, each.words, input)), make('button', { onclick: read }, yes), make('button', { class: 'cancel', onclick: () => end(null) }, '取消'))
    }, null)
  }

  toast({ title = '', icon = 'success', image = '', duration = TOAST_MILLISECONDS, mask = false }) {
    this.hideToast()
    const plain = icon === 'none' && !image
    const sign = plain ? null : image ? make('img', { src: image, alt: '' }) : make('b', { class: icon })
    const shade = make('div', { class: `wx-above clear ${mask ? 'mask' : ''}`, role: 'status' }, make('div', { class: `wx-toast ${plain ? 'plain' : ''}` }, sign, title))
    document.body.append(shade)
    this.toasts = shade
    if (duration !== Infinity) setTimeout(() => shade.remove(), duration)
  }

  hideToast() {
    this.toasts?.remove()
    this.toasts = null
  }

  preview(source) {
    const shade = make('div', { class: 'wx-preview', role: 'dialog', 'aria-label': '图片', onclick: () => shade.remove() }, make('img', { src: source, alt: '' }))
    document.body.append(shade)
  }
}

const boxOf = (column, place) => make('select', {}, column.map((words, number) => make('option', { selected: number === place }, words)))

function refill(box, column) {
  const before = [...box.options].map((each) => each.text)
  if (before.join('\n') === column.join('\n')) return
  box.replaceChildren(...column.map((words) => make('option', {}, words)))
}

// `away` is the answer of a tap beside it; undefined means that such a tap does nothing.
function over(look, build, away) {
  return new Promise((resolve) => {
    const end = (answer) => { shade.remove(); resolve(answer) }
    const shade = make('div', { class: `wx-above ${look}` }, build((answer) => end(answer)))
    shade.addEventListener('click', (event) => { if (event.target === shade && away !== undefined) end(away) })
    document.body.append(shade)
  })
}
