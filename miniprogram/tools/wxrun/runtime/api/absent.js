// What WeChat has and this phone has not: such a call fails and says so.

import { asynchronous } from './calling.js'

const ABSENT = [
  'getLocation', 'getFuzzyLocation', 'chooseLocation', 'choosePoi', 'openLocation', 'startLocationUpdate', 'stopLocationUpdate', 'authorize',
  'saveImageToPhotosAlbum', 'saveVideoToPhotosAlbum', 'chooseVideo', 'chooseMessageFile', 'chooseInvoice', 'chooseInvoiceTitle', 'chooseContact',
  'addPhoneContact', 'addPhoneCalendar', 'addPhoneRepeatCalendar', 'openDocument', 'openEmbeddedMiniProgram', 'navigateBackMiniProgram',
  'openChannelsActivity', 'openChannelsUserProfile', 'openChannelsLive', 'startRecord', 'stopRecord', 'playVoice', 'loadFontFace',
  'startSoterAuthentication', 'checkIsSupportSoterAuthentication', 'requestVirtualPayment', 'openBluetoothAdapter', 'startBluetoothDevicesDiscovery',
  'connectWifi', 'startWifi', 'getConnectedWifi', 'startAccelerometer', 'startCompass', 'getWeRunData', 'shareToWeRun', 'shareFileMessage',
  'shareVideoMessage', 'showShareImageMenu', 'faceVerify', 'getUserInfo', 'requestPluginPayment', 'requestSubscribeDeviceMessage', 'canvasToTempFilePath',
  'saveFile', 'getSavedFileList', 'connectSocket', 'setWindowSize', 'cropImage', 'editImage', 'openVideoEditor', 'openSystemBluetoothSetting',
]

export function absent() {
  return Object.fromEntries(ABSENT.map((api) => [api, asynchronous(api, () => { throw new Error('not supported') })]))
}
