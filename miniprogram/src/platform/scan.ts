// #ifdef H5
import { sdk } from './sdk'
// #endif

/** What the camera read; null when the person went back. */
// #ifdef MP-WEIXIN
function scanByCamera(): Promise<string | null> {
  return new Promise((resolve) =>
    uni.scanCode({ onlyFromCamera: false, success: ({ result }) => resolve(result), fail: () => resolve(null) }),
  )
}
// #endif
// #ifdef H5
async function scanInWebView(): Promise<string | null> {
  const wx = await sdk()
  return new Promise((resolve) =>
    wx.scanQRCode({ needResult: 1, success: ({ resultStr }) => resolve(resultStr), cancel: () => resolve(null), fail: () => resolve(null) }),
  )
}
// #endif

export function scan(): Promise<string | null> {
  // #ifdef MP-WEIXIN
  return scanByCamera()
  // #endif
  // #ifdef H5
  return scanInWebView()
  // #endif
}
