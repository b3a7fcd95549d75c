// wx.request and files over the net: only to the runner, which forwards to the shop's server.

import { asynchronous, refusal } from './calling.js'

const USUAL_TIMEOUT_MILLISECONDS = 60_000

export function net({ files }) {
  return {
    request: (args) => sent('request', args, request),
    uploadFile: (args) => sent('uploadFile', args, (asked, signal) => upload(asked, signal, files)),
    downloadFile: (args) => sent('downloadFile', args, (asked, signal) => download(asked, signal, files)),
  }
}

// The task that can be ended, also where the answer comes by a promise.
function sent(api, args, doing) {
  const control = new AbortController()
  const timer = setTimeout(() => control.abort('timeout'), args.timeout ?? USUAL_TIMEOUT_MILLISECONDS)
  const answered = asynchronous(api, async (asked) => {
    try {
      return await doing(asked, control.signal)
    } catch (trouble) {
      throw refusal(api, control.signal.aborted ? { message: control.signal.reason } : trouble)
    } finally {
      clearTimeout(timer)
    }
  })(args)
  const task = { abort: () => control.abort('abort'), onProgressUpdate() {}, offProgressUpdate() {}, onHeadersReceived() {}, offHeadersReceived() {} }
  return answered ? Object.assign(answered, task) : task
}

function near(url) {
  const target = new URL(url)
  if (target.origin !== window.location.origin) throw new Error('url not in domain list')
  return target
}

async function request({ url, method = 'GET', data, header = {}, dataType = 'json', responseType = 'text' }, signal) {
  const target = near(url)
  const verb = method.toUpperCase()
  const headers = new Headers(header)
  const hasBody = verb !== 'GET' && verb !== 'HEAD' && data !== undefined && data !== null
  if (verb === 'GET' && data && typeof data === 'object') Object.entries(data).forEach(([name, value]) => { if (value !== undefined) target.searchParams.set(name, value) })
  if (!headers.has('content-type') && hasBody) headers.set('content-type', 'application/json')
  const answer = await fetched(target, { method: verb, headers, body: hasBody ? bodyOf(data, headers) : undefined, signal })
  if (responseType === 'arraybuffer') return told(answer, await answer.arrayBuffer())
  const text = await answer.text()
  return told(answer, dataType === 'json' ? parsed(text) : text)
}

function bodyOf(data, headers) {
  if (typeof data === 'string' || data instanceof ArrayBuffer) return data
  if (headers.get('content-type').includes('x-www-form-urlencoded')) return new URLSearchParams(data)
  return JSON.stringify(data)
}

async function upload({ url, filePath, name, formData = {}, header = {} }, signal, files) {
  const form = new FormData()
  const bytes = await files.bytes(filePath)
  Object.entries(formData).forEach(([field, value]) => form.append(field, value))
  form.append(name, bytes, filePath.split('/').at(-1))
  // The browser says where the parts end.
  const headers = Object.fromEntries(Object.entries(header).filter(([key]) => key.toLowerCase() !== 'content-type'))
  const answer = await fetched(near(url), { method: 'POST', headers, body: form, signal })
  return told(answer, await answer.text())
}

async function download({ url, header = {} }, signal, files) {
  const answer = await fetched(near(url), { headers: header, signal })
  return { ...told(answer), tempFilePath: files.keep(await answer.blob()) }
}

async function fetched(target, how) {
  try {
    return await fetch(target, { ...how, credentials: 'omit', redirect: 'follow' })
  } catch (trouble) {
    throw how.signal.aborted ? trouble : new Error(navigator.onLine ? 'errcode:-101 net::ERR_CONNECTION_FAILED' : 'errcode:-106 net::ERR_INTERNET_DISCONNECTED')
  }
}

const told = (answer, data) => ({ data, statusCode: answer.status, header: Object.fromEntries(answer.headers), cookies: [] })

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
