// picker: columns in a sheet from below; each kind says what its columns are.

import { host } from '../host.js'
import { WxElement, define, onTap } from './base.js'

const YEARS_BACK = 120
const YEARS_AHEAD = 50
const two = (number) => String(number).padStart(2, '0')
const list = (from, to) => Array.from({ length: Math.max(to - from + 1, 0) }, (_, place) => two(from + place))
const named = (each, key) => (each !== null && typeof each === 'object' ? String(each[key] ?? '') : String(each))

const KINDS = {
  selector: {
    columns: (picker) => [(picker.values.range ?? []).map((each) => named(each, picker.values['range-key']))],
    places: (picker) => [Number(picker.values.value) || 0],
    value: (places) => places[0],
  },
  multiSelector: {
    columns: (picker) => (picker.values.range ?? []).map((column) => column.map((each) => named(each, picker.values['range-key']))),
    places: (picker) => (picker.values.value ?? []).map(Number),
    value: (places) => places,
  },
  time: {
    columns: () => [list(0, 23), list(0, 59)],
    places: (picker, columns) => columns.map((column, place) => Math.max(column.indexOf(String(picker.values.value ?? '').split(':')[place]), 0)),
    value: (places, columns) => places.map((place, number) => columns[number][place]).join(':'),
  },
  date: {
    columns: (picker) => {
      const now = new Date().getFullYear()
      const first = parseInt(picker.values.start, 10) || now - YEARS_BACK
      const last = parseInt(picker.values.end, 10) || now + YEARS_AHEAD
      const all = [list(first, last).map(String), list(1, 12), list(1, 31)]
      return all.slice(0, { year: 1, month: 2 }[picker.values.fields] ?? 3)
    },
    places: (picker, columns) => {
      const said = String(picker.values.value || new Date().toISOString().slice(0, 10)).split('-')
      return columns.map((column, place) => Math.max(column.indexOf(said[place]), 0))
    },
    value: (places, columns) => places.map((place, number) => columns[number][place]).join('-'),
  },
}

class Picker extends WxElement {
  build() {
    onTap(this, () => this.open())
  }

  async open() {
    if (this.is('disabled')) return
    const kind = KINDS[this.values.mode || 'selector']
    if (!kind) throw new Error(`picker mode ${this.values.mode} is not supported`)
    const columns = kind.columns(this)
    const turned = (column, value) => this.tell('columnchange', { column, value })
    const places = await host.sheets.columns(columns, kind.places(this, columns), turned, this.values['header-text'], () => kind.columns(this))
    if (!places) return this.tell('cancel', {})
    this.picked = this.held(kind.value(places, kind.columns(this)))
    return this.tell('change', { value: this.picked })
  }

  // A date that is too early or too late comes to the nearest one that may be.
  held(value) {
    if (!['date', 'time'].includes(this.values.mode)) return value
    const { start, end } = this.values
    if (start && value < start) return start
    return end && value > end ? end : value
  }

  formValue() {
    return this.picked ?? this.values.value ?? ''
  }
}

export function definePicker() {
  define('picker', Picker)
}
