import { createSSRApp } from 'vue'
import App from './App.vue'
// #ifdef H5
import NotLoaded from './components/NotLoaded.vue'
import { comeBack } from './platform/signin'

comeBack()
// #endif

export function createApp() {
  const app = createSSRApp(App)
  // #ifdef H5
  app.component('NotLoaded', NotLoaded)
  // #endif
  return { app }
}
