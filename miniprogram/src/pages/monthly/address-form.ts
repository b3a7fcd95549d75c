import type { Schema } from '@/api'
import { oneLine } from '@/lib/words'

export type AddressForm = Schema<'AddressGiven'> & { prefer: boolean }
export type Line = Exclude<keyof AddressForm, 'prefer'>

export const emptyForm = (): AddressForm => ({
  name: '', phone: '', province: '', city: '', county: '', street: '', prefer: false,
})

const PHONE = /(?:\+?86[- ]?)?(1\d{10})(?!\d)|(0\d{2,3}-?\d{7,8})(?!\d)/
const LABELS = /(收货人|收件人|联系人|姓名|手机号码|手机号|手机|电话号码|电话|所在地区|详细地址|收货地址|地址)\s*[:：]/g
const MUNICIPALITY = /^(北京|上海|天津|重庆)市?/
const REGION = /^(.{2,8}?(?:省|自治区|特别行政区))?(.{2,12}?(?:自治州|地区|盟|市))?(.{1,12}?(?:自治县|自治旗|区|县|旗|市))?(.*)$/

/** What can be read out of a pasted line; what is not recognised is left out. */
export function readAddress(text: string): Partial<AddressForm> {
  const phone = PHONE.exec(text)
  const rest = text.replace(PHONE, ' ').replace(LABELS, ' ')
  const parts = rest.split(/[\s,，;；。]+/).filter(Boolean)
  const first = parts.findIndex(isPlace)
  const before = first < 0 ? parts : parts.slice(0, first)
  // The name stands before the place or at the end, and is short.
  const last = first >= 0 && parts.length - first > 1 ? parts[parts.length - 1] : undefined
  const isLastName = !before.length && last !== undefined && isName(last)
  const name = before.find(isName) ?? (isLastName ? last : undefined)
  const place = first < 0 ? '' : parts.slice(first, isLastName ? -1 : undefined).join('')
  return { ...(name ? { name } : {}), ...(phone ? { phone: phone[1] ?? phone[2] } : {}), ...readPlace(place) }
}

function readPlace(place: string): Partial<AddressForm> {
  if (!place) return {}
  const direct = MUNICIPALITY.exec(place)
  if (direct) {
    const city = `${direct[1]}市`
    const after = place.slice(direct[0].length).replace(MUNICIPALITY, '')
    const [, county, street] = /^(.{1,8}?[区县])?(.*)$/.exec(after) ?? []
    return filled({ province: city, city, county, street })
  }
  const [, province, city, county, street] = REGION.exec(place) ?? []
  return filled({ province, city, county, street })
}

const isPlace = (part: string) => MUNICIPALITY.test(part) || /.(省|自治区|特别行政区|自治州|市|区|县)/.test(part)
const isName = (part: string) => /^[\u4e00-\u9fffA-Za-z·.]{2,12}$/.test(part) && !isPlace(part)

function filled(found: Record<string, string | undefined>): Partial<AddressForm> {
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value)) as Partial<AddressForm>
}

const LINES: Record<Line, { label: string; most: number }> = {
  name: { label: '收货人', most: 30 },
  phone: { label: '手机号码', most: 20 },
  province: { label: '省/直辖市', most: 20 },
  city: { label: '城市', most: 20 },
  county: { label: '区/县', most: 20 },
  street: { label: '详细地址', most: 100 },
}

/** What is the matter with each line; empty when it can be sent off. */
export function wrongLines(form: AddressForm): Partial<Record<Line, string>> {
  const wrong: Partial<Record<Line, string>> = {}
  for (const name of Object.keys(LINES) as Line[]) {
    const { label, most } = LINES[name]
    const words = form[name].trim()
    if (!words) wrong[name] = `请填写${label}`
    else if (words.length > most) wrong[name] = `${label}最多${most}个字`
  }
  if (!wrong.phone && !/^\+?[0-9-]{5,19}$/.test(form.phone.trim())) wrong.phone = '请填写正确的手机号码'
  return wrong
}

/** As it is sent: each in one line, without blanks at the ends. */
export function tidy(form: AddressForm): AddressForm {
  const lines = (Object.keys(LINES) as Line[]).map((name) => [name, oneLine(form[name])])
  return { ...(Object.fromEntries(lines) as Omit<AddressForm, 'prefer'>), prefer: form.prefer }
}
