import { ApiError, fill, send, sendFile } from './client'
import type { Answer, Asked, Operation, Path } from './client'
import { session } from '@/stores/session'

export { ApiError } from './client'
export type { Schema } from './client'

type Loose = { path?: object; query?: object; body?: unknown; key?: string }
// A call without anything to say may leave the last argument out.
type Rest<O> = object extends Asked<O> ? [asked?: Asked<O>] : [asked: Asked<O>]

/** As the customer who is signed in; signs in first, and once more when the session has ended. */
export const api = {
  get: <P extends Path<'get'>>(path: P, ...[asked]: Rest<Operation<'get', P>>) =>
    asMember<Answer<Operation<'get', P>>>('get', path, asked as Loose),
  post: <P extends Path<'post'>>(path: P, ...[asked]: Rest<Operation<'post', P>>) =>
    asMember<Answer<Operation<'post', P>>>('post', path, asked as Loose),
  /** Hand a picture in; `file` is a path that the platform gave. */
  upload: <T>(path: string, file: string) =>
    withToken((token) => sendFile<T>({ path, file, token })),
}

/** As nobody in particular: the shelf and what everybody may read. */
export const open = {
  get: <P extends Path<'get'>>(path: P, ...[asked]: Rest<Operation<'get', P>>) =>
    asGuest<Answer<Operation<'get', P>>>('get', path, asked as Loose),
  post: <P extends Path<'post'>>(path: P, ...[asked]: Rest<Operation<'post', P>>) =>
    asGuest<Answer<Operation<'post', P>>>('post', path, asked as Loose),
}

/** With a clerk's token, which the counter's pages keep. */
export const counter = {
  get: <P extends Path<'get'>>(token: string, path: P, ...[asked]: Rest<Operation<'get', P>>) =>
    asGuest<Answer<Operation<'get', P>>>('get', path, asked as Loose, token),
  post: <P extends Path<'post'>>(token: string, path: P, ...[asked]: Rest<Operation<'post', P>>) =>
    asGuest<Answer<Operation<'post', P>>>('post', path, asked as Loose, token),
}

function asGuest<T>(method: 'get' | 'post', path: string, asked: Loose = {}, token?: string): Promise<T> {
  return send<T>({ method, path: fill(path, asked.path ?? {}), query: asked.query, body: asked.body, key: asked.key, token })
}

function asMember<T>(method: 'get' | 'post', path: string, asked: Loose = {}): Promise<T> {
  return withToken((token) => asGuest<T>(method, path, asked, token))
}

async function withToken<T>(ask: (token: string) => Promise<T>): Promise<T> {
  const token = await session.token()
  try {
    return await ask(token)
  } catch (refused) {
    if (!(refused instanceof ApiError) || refused.code !== 'not_signed_in') throw refused
    return ask(await session.again(token))
  }
}
