import { reactive } from 'vue'
import { troubleOf } from './words'
import type { Trouble } from './words'

/** What a page shows of something that it asks for: nothing yet, the thing, or the trouble. */
export interface Loading<T> {
  data: T | null
  trouble: Trouble | null
  isBusy: boolean
  load: () => Promise<T | null>
}

/**
 * Ask, and keep what came. A later answer wins over an earlier one that arrives late; what is
 * shown stays while it is asked for again.
 */
export function useLoading<T>(ask: () => Promise<T>, first: T | null = null): Loading<T> {
  let latest = 0
  const state = reactive({ data: first, trouble: null, isBusy: false, load }) as Loading<T>

  async function load(): Promise<T | null> {
    const mine = ++latest
    state.isBusy = true
    try {
      const told = await ask()
      if (mine !== latest) return null
      state.data = told
      state.trouble = null
      return told
    } catch (refused) {
      if (mine === latest) state.trouble = troubleOf(refused)
      return null
    } finally {
      if (mine === latest) state.isBusy = false
    }
  }

  return state
}

interface Page<I> {
  items: I[]
  next_cursor: string | null
}

export interface Pages<I> extends Loading<I[]> {
  hasMore: boolean
  more: () => Promise<void>
}

/** A list by its cursor: `load` begins anew, `more` fetches the next page once. */
export function usePages<I>(ask: (cursor?: string) => Promise<Page<I>>): Pages<I> {
  let cursor: string | null = null
  let latest = 0
  const list = useLoading<I[]>(async () => {
    const mine = ++latest
    const page = await ask()
    // A page that was asked for before this list began anew has another list's cursor.
    if (mine === latest) goOn(page)
    return page.items
  })
  const pages = Object.assign(list, { hasMore: false, more }) as Pages<I>

  function goOn(page: Page<I>): void {
    cursor = page.next_cursor
    pages.hasMore = cursor !== null
  }

  async function more(): Promise<void> {
    if (!cursor || pages.isBusy) return
    const mine = latest
    pages.isBusy = true
    try {
      const page = await ask(cursor)
      if (mine !== latest) return
      goOn(page)
      pages.data = [...(pages.data ?? []), ...page.items]
    } catch (refused) {
      if (mine === latest) pages.trouble = troubleOf(refused)
    } finally {
      if (mine === latest) pages.isBusy = false
    }
  }

  return pages
}
