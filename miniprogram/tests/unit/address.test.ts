import { expect, test } from 'vitest'
import { emptyForm, readAddress, tidy, wrongLines } from '@/pages/monthly/address-form'

const HOME = { name: '小雅', phone: '13800138000', province: '浙江省', city: '杭州市', county: '滨江区', street: '滨江大道6号2幢301室' }

test.each([
  '小雅 13800138000 浙江省杭州市滨江区滨江大道6号2幢301室',
  '小雅，13800138000，浙江省 杭州市 滨江区 滨江大道6号2幢301室',
  '收货人：小雅\n手机号码：13800138000\n所在地区：浙江省杭州市滨江区\n详细地址：滨江大道6号2幢301室',
  '浙江省杭州市滨江区滨江大道6号2幢301室 小雅 +86 13800138000',
])('a pasted address is read: %s', (text) => {
  expect(readAddress(text)).toEqual(HOME)
})

test.each([
  ['上海市浦东新区世纪大道1号', { province: '上海市', city: '上海市', county: '浦东新区', street: '世纪大道1号' }],
  ['北京北京市朝阳区建国路8号', { province: '北京市', city: '北京市', county: '朝阳区', street: '建国路8号' }],
  ['新疆维吾尔自治区伊犁哈萨克自治州霍城县清水河镇一号', { province: '新疆维吾尔自治区', city: '伊犁哈萨克自治州', county: '霍城县', street: '清水河镇一号' }],
  ['江苏省苏州市昆山市花桥镇2号', { province: '江苏省', city: '苏州市', county: '昆山市', street: '花桥镇2号' }],
])('provinces of every kind: %s', (text, place) => {
  expect(readAddress(text)).toEqual(place)
})

test('what is no address gives nothing, and a name alone is only a name', () => {
  expect(readAddress('12 34')).toEqual({})
  expect(readAddress('路遥 13900139000')).toEqual({ name: '路遥', phone: '13900139000' })
})

test('a line that is missing or wrong is named', () => {
  expect(Object.keys(wrongLines(emptyForm()))).toEqual(['name', 'phone', 'province', 'city', 'county', 'street'])
  expect(wrongLines({ ...HOME, prefer: false })).toEqual({})
  expect(wrongLines({ ...HOME, phone: '12a45678', prefer: false })).toEqual({ phone: '请填写正确的手机号码' })
  expect(wrongLines({ ...HOME, street: '路'.repeat(101), prefer: false }).street).toBe('详细地址最多100个字')
})

test('blanks at the ends are not sent', () => {
  expect(tidy({ ...HOME, name: ' 小雅 ', prefer: true })).toEqual({ ...HOME, prefer: true })
})
