/// <reference types="vite/client" />
declare module 'weixin-js-sdk'
