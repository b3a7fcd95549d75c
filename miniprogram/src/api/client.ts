import { hearTime } from '@/lib/clock'
import { kept } from '@/lib/kept'
import { newKey } from '@/lib/keys'
import { site } from '@/site'
import type { components, paths } from './schema'

const PREFIX = '/api/v1/{merchant}'
const TIMEOUT_MS = 15_000

type Prefix = typeof PREFIX
type Short<P> = P extends `${Prefix}${infer Rest}` ? Rest : never
type Method = 'get' | 'post'
type Operation<M extends Method, P extends string> = `${Prefix}${P}` extends keyof paths
  ? M extends keyof paths[`${Prefix}${P}`]
    ? paths[`${Prefix}${P}`][M]
    : never
  : never

/** Every path of the API below the merchant's that this method exists for. */
export type Path<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends undefined ? never : Short<P>
}[keyof paths]

type Json<R> = R extends { content: { 'application/json': infer T } } ? T : void
export type Answer<O> = O extends { responses: infer R }
  ? R extends { 200: infer A } ? Json<A> : R extends { 201: infer B } ? Json<B> : R extends { 202: infer C } ? Json<C> : void
  : never
type InPath<O> = O extends { parameters: { path: infer T } } ? Omit<T, 'merchant'> : object
type InQuery<O> = O extends { parameters: { query?: infer T } } ? NonNullable<T> : object
type InBody<O> = O extends { requestBody: { content: { 'application/json': infer T } } } ? T : undefined
type Keyed<O> = O extends { parameters: { header: { 'Idempotency-Key': string } } } ? { key: string } : object

export type Asked<O> = Keyed<O> & { query?: Partial<InQuery<O>> } & (keyof InPath<O> extends never ? object : { path: InPath<O> }) &
  (InBody<O> extends undefined ? object : { body: InBody<O> })

export type Schema<N extends keyof components['schemas']> = components['schemas'][N]

/** What the server refused, or `offline` when no answer was heard: then nobody knows what happened. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown> = {},
    /** It answers a request that carried the attempt's key, so it is about this very attempt. */
    readonly isKeyed = false,
  ) {
    super(message)
  }

  /** The answer was lost, or the server asks to come again: the same attempt may be sent once more. */
  get isUnknown(): boolean {
    return this.status === 0 || this.status >= 500 || this.code === 'busy'
  }

  /** The work itself was refused, and not already the one who asked for it, or how often. */
  get isOfTheWork(): boolean {
    return !this.isUnknown && ![401, 403, 429].includes(this.status) && this.code !== 'terms_changed'
  }
}

interface Wire {
  method: Method
  path: string
  query?: object
  body?: unknown
  key?: string
  token?: string
  /** Nothing that was kept on the way. */
  isFresh?: boolean
}

/** One request as it is. Raises ApiError. */
export function send<T>({ method, path, query, body, key, token, isFresh }: Wire): Promise<T> {
  const header: Record<string, string> = { 'X-Client-Platform': platformName() }
  if (path.startsWith('/assist')) header['X-Client-Device'] = deviceName()
  if (token) header.Authorization = `Bearer ${token}`
  if (key) header['Idempotency-Key'] = key
  if (isFresh) header['Cache-Control'] = 'no-cache'
  if (body !== undefined) header['Content-Type'] = 'application/json'
  const sentAt = Date.now()
  return new Promise((resolve, reject) =>
    uni.request({
      url: urlOf(path, query),
      method: method.toUpperCase() as 'GET' | 'POST',
      data: body === undefined ? undefined : JSON.stringify(body),
      header,
      timeout: TIMEOUT_MS,
      success: ({ statusCode, data, header: told }) => {
        listen(told, sentAt)
        if (statusCode >= 200 && statusCode < 300) resolve(data as T)
        else reject(refusal(statusCode, data, Boolean(key)))
      },
      fail: () => reject(offline()),
    }),
  )
}

/** Each answer says what time it is, but for one that may have been kept on the way. */
function listen(header: Record<string, string> | undefined, sentAt: number): void {
  const said = Object.fromEntries(Object.entries(header ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]))
  if (!/max-age/.test(said['cache-control'] ?? '')) hearTime(said.date ?? '', sentAt, Date.now())
}

/** One file as a form; the answer's JSON. Raises ApiError. */
export function sendFile<T>({ path, file, token }: { path: string; file: string; token: string }): Promise<T> {
  return new Promise((resolve, reject) =>
    uni.uploadFile({
      url: urlOf(path),
      filePath: file,
      name: 'file',
      header: { Authorization: `Bearer ${token}` },
      success: ({ statusCode, data }) => {
        const told = read(data)
        if (statusCode >= 200 && statusCode < 300) resolve(told as T)
        else reject(refusal(statusCode, told))
      },
      fail: () => reject(offline()),
    }),
  )
}

export function fill(path: string, values: object): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String((values as Record<string, unknown>)[name])))
}

function urlOf(path: string, query: object = {}): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return `${site.api}${fill(PREFIX, { merchant: site.merchant })}${path}${pairs.length ? `?${pairs.join('&')}` : ''}`
}

function refusal(status: number, told: unknown, isKeyed = false): ApiError {
  const said = (told ?? {}) as Partial<{ code: string; message: string; details: Record<string, unknown> }>
  return new ApiError(status, said.code ?? 'internal', said.message ?? '服务暂时不可用，请稍后再试', said.details ?? {}, isKeyed)
}

/** Nobody was reached. */
export const offline = () => new ApiError(0, 'offline', '网络不通')

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Made up once on this device, and told only where friends help: one device is one helper. */
function deviceName(): string {
  const before = kept.read<string>('device')
  if (before) return before
  const name = newKey()
  kept.write('device', name)
  return name
}

/** The server must know iOS: what may be sold there differs. */
function platformName(): string {
  return uni.getSystemInfoSync().platform === 'ios' ? 'ios' : 'android'
}

export type { Method, Operation }
