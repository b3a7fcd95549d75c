import { createSSRApp } from 'vue'
import App from './App.vue'
// #ifdef H5
import { comeBack } from './platform/signin'

comeBack()
// #endif

export function createApp() {
  const app = createSSRApp(App)
  return { app }
}
