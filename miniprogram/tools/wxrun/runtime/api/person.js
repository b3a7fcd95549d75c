// What is asked of the person by the phone: sign-in, money, messages, cards, codes, chats.

import { asynchronousAll } from './calling.js'

const FIRST_ADDRESS = { userName: '收货人', telNumber: '13800000000', provinceName: '广东省', cityName: '广州市', countyName: '海珠区', detailInfo: '新港中路397号', postalCode: '510000' }
const ADDRESS_WORDS = { userName: '收货人', telNumber: '手机号码', provinceName: '省', cityName: '市', countyName: '区县', detailInfo: '详细地址', postalCode: '邮政编码' }

export function person({ phone, privacy, share, sheets, storage, options }) {
  const asked = (api) => (args) => phone.ask(api, plain(args))
  const byPhone = ['login', 'checkSession', 'requestPayment', 'requestMerchantTransfer', 'requestSubscribeMessage', 'addCard', 'openCard', 'sendCoupon',
    'openBusinessView', 'scanCode', 'openCustomerServiceChat', 'openOfficialAccountChat', 'navigateToMiniProgram', 'exitMiniProgram', 'authPrivateMessage', 'getUserProfile']
  return {
    ...asynchronousAll({
      ...Object.fromEntries(byPhone.map((api) => [api, asked(api)])),
      getGroupEnterInfo: async (args) => {
        const { shareTicket } = await options()
        if (!shareTicket) throw { errMsg: 'getGroupEnterInfo:fail not in group', errCode: -12006 }
        return phone.ask('getGroupEnterInfo', plain(args))
      },
      getShareInfo: ({ shareTicket }) => phone.ask('getGroupEnterInfo', { shareTicket }),
      shareAppMessage: async (args) => phone.ask('shareAppMessage', { ...await share.words({ from: 'api' }), ...plain(args) }),
      showShareMenu: (args) => share.change(plain(args)),
      updateShareMenu: (args) => share.change(plain(args)),
      hideShareMenu: () => share.change({ isHidden: true }),
      getPrivacySetting: () => ({ needAuthorization: !privacy.isAgreed, privacyContractName: privacy.contract() }),
      requirePrivacyAuthorize: () => privacy.allow('requirePrivacyAuthorize'),
      openPrivacyContract: () => sheets.modal({ title: privacy.contract(), content: '这里是平台展示的隐私保护指引。', showCancel: false }),
      chooseAddress: async () => {
        await privacy.allow('chooseAddress')
        return address({ sheets, storage })
      },
      getSetting: () => ({ authSetting: {}, subscriptionsSetting: { mainSwitch: true } }),
      openSetting: () => ({ authSetting: {} }),
    }),
    onNeedPrivacyAuthorization: (listener) => privacy.listen(listener),
  }
}

// WeChat's own address book; what was written last comes again.
async function address({ sheets, storage }) {
  const kept = JSON.parse(storage.own('address') ?? 'null') ?? FIRST_ADDRESS
  const fields = Object.keys(FIRST_ADDRESS).map((name) => ({ name, words: ADDRESS_WORDS[name], value: kept[name] }))
  const told = await sheets.form({ title: '选择收货地址', fields, yes: '使用此地址' })
  if (!told) throw { errMsg: 'chooseAddress:fail cancel' }
  storage.keepOwn('address', JSON.stringify(told))
  return { ...told, nationalCode: told.postalCode }
}

/** Functions and proxies cannot cross to the phone. */
function plain(args) {
  return JSON.parse(JSON.stringify(args ?? {}))
}
