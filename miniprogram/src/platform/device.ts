import { reactive } from 'vue'

const LARGEST = 1.5
const USUAL_FONT_PX = 16

/** What the device looks like now. */
export const device = reactive({ isDark: false, isOnline: true })

// #ifdef MP-WEIXIN
device.isDark = uni.getSystemInfoSync().theme === 'dark'
uni.onThemeChange(({ theme }) => (device.isDark = theme === 'dark'))
// #endif
// #ifdef H5
const dark = window.matchMedia('(prefers-color-scheme: dark)')
device.isDark = dark.matches
dark.addEventListener('change', ({ matches }) => (device.isDark = matches))
// #endif
uni.getNetworkType({ success: ({ networkType }) => (device.isOnline = networkType !== 'none') })
uni.onNetworkStatusChange(({ isConnected }) => (device.isOnline = isConnected))

/** How much larger the person reads than usual, by the setting in WeChat; at most one and a half. */
export function textScale(): number {
  const px = (uni.getSystemInfoSync() as { fontSizeSetting?: number }).fontSizeSetting ?? USUAL_FONT_PX
  return Math.min(LARGEST, Math.max(1, px / USUAL_FONT_PX))
}

/** A code is shown bright and does not go to sleep; the answer puts things back. */
export function brighten(): () => void {
  let before = -1
  // #ifdef MP-WEIXIN
  uni.getScreenBrightness({
    success: ({ value }) => {
      before = value
      uni.setScreenBrightness({ value: 1 })
    },
  })
  uni.setKeepScreenOn({ keepScreenOn: true })
  // #endif
  return () => {
    // #ifdef MP-WEIXIN
    if (before >= 0) uni.setScreenBrightness({ value: before })
    uni.setKeepScreenOn({ keepScreenOn: false })
    // #endif
  }
}
