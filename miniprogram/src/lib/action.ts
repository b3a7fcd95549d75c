import { reactive } from 'vue'
import { ApiError } from '@/api/client'
import { kept } from './kept'
import { newKey } from './keys'
import { troubleOf } from './words'
import type { Trouble } from './words'

// An order that nobody paid closes after a quarter of an hour; a later wish is a new one.
const SAME_ATTEMPT_MS = 15 * 60_000

interface Attempt {
  key: string
  at: number
  /** An answer was not heard: nobody knows whether it was done. */
  isUnheard?: boolean
}

export interface Action<A extends unknown[], T> {
  isBusy: boolean
  trouble: Trouble | null
  run: (...args: A) => Promise<T | null>
}

/**
 * Something that a person decides, safe on a double tap and on a lost answer: while it runs a
 * second tap does nothing, and until an answer is heard every further try carries the same key.
 * The key is kept in storage under `name` and what is asked, so it survives a closed app.
 * Null when it was refused; then `trouble` says why, and a dialogue shows it unless `quiet`.
 */
export function useAction<A extends unknown[], T>(
  name: string,
  act: (key: string, ...args: A) => Promise<T>,
  { quiet = false }: { quiet?: boolean } = {},
): Action<A, T> {
  const action = reactive({ isBusy: false, trouble: null, run }) as Action<A, T>

  async function run(...args: A): Promise<T | null> {
    if (action.isBusy) return null
    const place = `attempt:${name}:${JSON.stringify(args)}`
    const { key } = attemptAt(place)
    action.isBusy = true
    action.trouble = null
    try {
      const done = await act(key, ...args)
      kept.remove(place)
      return done
    } catch (refused) {
      rememberTry(place, refused)
      action.trouble = troubleOf(refused)
      if (!quiet) tell(action.trouble)
      return null
    } finally {
      action.isBusy = false
    }
  }

  return action
}

function attemptAt(place: string): Attempt {
  const before = kept.read<Attempt>(place)
  if (before && Date.now() - before.at < SAME_ATTEMPT_MS) return before
  const attempt = { key: newKey(), at: Date.now() }
  kept.write(place, attempt)
  return attempt
}

/** After an unheard answer only a word about this very attempt ends it: the work's own refusal. */
function rememberTry(place: string, refused: unknown): void {
  const attempt = kept.read<Attempt>(place)
  const isUnknown = refused instanceof ApiError && refused.isUnknown
  if (attempt && isUnknown) kept.write(place, { ...attempt, isUnheard: true })
  else if (!attempt?.isUnheard || (refused instanceof ApiError && refused.isOfTheWork)) kept.remove(place)
}

export function tell(trouble: Trouble): void {
  uni.showModal({ title: trouble.title, content: trouble.next ?? '', showCancel: false, confirmText: '知道了' })
}
