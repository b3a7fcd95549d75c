// The device: what it is, what it keeps, what it can do.

import { asynchronous, asynchronousAll } from './calling.js'

const SDK_VERSION = '3.8.0'
const WECHAT_VERSION = '8.0.56'
const USUAL_FONT_PX = 16

export function machine({ storage, privacy, media, files, theme, appid, sheets }) {
  const told = () => systemInfo(theme)
  let clipboard = ''
  let brightness = 0.5
  const network = () => ({ networkType: navigator.onLine ? 'wifi' : 'none', isConnected: navigator.onLine })
  const heard = new Map()
  return {
    getSystemInfoSync: told,
    getSystemInfo: asynchronous('getSystemInfo', told),
    getSystemInfoAsync: asynchronous('getSystemInfoAsync', told),
    getWindowInfo: () => pick(told(), ['pixelRatio', 'screenWidth', 'screenHeight', 'windowWidth', 'windowHeight', 'statusBarHeight', 'safeArea', 'screenTop']),
    getDeviceInfo: () => pick(told(), ['abi', 'brand', 'model', 'system', 'platform', 'benchmarkLevel', 'memorySize']),
    getAppBaseInfo: () => pick(told(), ['SDKVersion', 'enableDebug', 'host', 'language', 'version', 'theme', 'fontSizeSetting', 'fontSizeScaleFactor']),
    getSystemSetting: () => ({ bluetoothEnabled: false, locationEnabled: false, wifiEnabled: true, deviceOrientation: 'portrait' }),
    getAppAuthorizeSetting: () => ({ albumAuthorized: 'authorized', cameraAuthorized: 'authorized', notificationAuthorized: 'authorized' }),
    getAccountInfoSync: () => ({ miniProgram: { appId: appid, envVersion: 'develop', version: '' }, plugin: {} }),
    getStorageSync: (key) => storage.get(key) ?? '',
    setStorageSync: (key, value) => storage.set(key, value),
    removeStorageSync: (key) => storage.remove(key),
    clearStorageSync: () => storage.clear(),
    getStorageInfoSync: () => storage.info(),
    ...asynchronousAll({
      getStorage: ({ key }) => {
        const data = storage.get(key)
        if (data === undefined) throw new Error('data not found')
        return { data }
      },
      setStorage: ({ key, data }) => storage.set(key, data),
      removeStorage: ({ key }) => storage.remove(key),
      clearStorage: () => storage.clear(),
      getStorageInfo: () => storage.info(),
      getNetworkType: network,
      setClipboardData: async ({ data }) => {
        await privacy.allow('setClipboardData')
        clipboard = String(data)
        // Where the browser forbids it, the phone's own clipboard still has it.
        await navigator.clipboard?.writeText(clipboard).catch(() => undefined)
        sheets.toast({ title: '内容已复制', icon: 'none' })
      },
      getClipboardData: async () => {
        await privacy.allow('getClipboardData')
        return { data: clipboard }
      },
      getScreenBrightness: () => ({ value: brightness }),
      setScreenBrightness: ({ value }) => { brightness = value },
      setKeepScreenOn: ({ keepScreenOn }) => { document.documentElement.dataset.awake = String(Boolean(keepScreenOn)) },
      vibrateShort: () => { navigator.vibrate?.(15) },
      vibrateLong: () => { navigator.vibrate?.(400) },
      makePhoneCall: async ({ phoneNumber }) => {
        const { confirm } = await sheets.modal({ content: phoneNumber, confirmText: '呼叫' })
        if (!confirm) throw { errMsg: 'makePhoneCall:fail cancel' }
      },
      chooseMedia: async ({ count = 9 }) => {
        await privacy.allow('chooseMedia')
        const found = await Promise.all((await media.pick({ count, api: 'chooseMedia' })).map((each) => media.describe(each)))
        return { type: 'image', tempFiles: found.map(({ path, size, width, height }) => ({ tempFilePath: path, size, width, height, fileType: 'image' })) }
      },
      chooseImage: async ({ count = 9 }) => {
        await privacy.allow('chooseImage')
        const found = await Promise.all((await media.pick({ count, api: 'chooseImage' })).map((each) => media.describe(each)))
        return { tempFilePaths: found.map(({ path }) => path), tempFiles: found.map(({ path, size }) => ({ path, size })) }
      },
      getImageInfo: async ({ src }) => media.describe(await files.bytes(src)),
      compressImage: ({ src }) => ({ tempFilePath: src }),
      hideKeyboard: () => { document.activeElement?.blur() },
      reportEvent: () => undefined,
    }),
    onNetworkStatusChange: (listener) => {
      const doing = () => listener(network())
      heard.set(listener, doing)
      for (const type of ['online', 'offline']) window.addEventListener(type, doing)
    },
    offNetworkStatusChange: (listener) => { for (const type of ['online', 'offline']) window.removeEventListener(type, heard.get(listener)) },
    // What is served is what runs: there is never a newer one waiting.
    getUpdateManager: () => ({ onCheckForUpdate: (doing) => { queueMicrotask(() => doing({ hasUpdate: false })) }, onUpdateReady() {}, onUpdateFailed() {}, applyUpdate() {} }),
    onWindowResize: (listener) => { window.addEventListener('resize', () => listener({ size: { windowWidth: window.innerWidth, windowHeight: window.innerHeight } })) },
    offWindowResize() {},
    onKeyboardHeightChange() {},
    offKeyboardHeightChange() {},
    onMemoryWarning() {},
    getLogManager: () => ({ log() {}, info() {}, warn() {}, debug() {} }),
    getRealtimeLogManager: () => ({ info() {}, warn() {}, error() {}, setFilterMsg() {}, addFilterMsg() {} }),
    getPerformance: () => ({ now: () => performance.now() }),
  }
}

function systemInfo(theme) {
  const { innerWidth: width, innerHeight: height, devicePixelRatio: pixelRatio } = window
  return {
    brand: 'Kabao', model: 'Phone', system: 'Android 14', platform: 'android', abi: 'arm64', benchmarkLevel: 40, memorySize: 8192, language: 'zh_CN',
    version: WECHAT_VERSION, SDKVersion: SDK_VERSION, enableDebug: false, host: { env: 'WeChat', appId: '' }, theme: theme.now(), pixelRatio,
    windowWidth: width, windowHeight: height, screenWidth: width, screenHeight: height, statusBarHeight: 0, screenTop: 0,
    fontSizeSetting: USUAL_FONT_PX, fontSizeScaleFactor: 1, deviceOrientation: 'portrait',
    safeArea: { left: 0, top: 0, right: width, bottom: height, width, height },
  }
}

const pick = (facts, names) => Object.fromEntries(names.filter((each) => each in facts).map((each) => [each, facts[each]]))
