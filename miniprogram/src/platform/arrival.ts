/** How the person came: orders carry it, because it cannot be found out later. */
export interface Arrival {
  scene: number | null
  channel: string | null
  sharer: string | null
  shareTicket: string | null
}

const nowhere: Arrival = { scene: null, channel: null, sharer: null, shareTicket: null }
let latest: Arrival = nowhere

interface Options {
  scene?: number
  query?: Record<string, string>
  shareTicket?: string
}

export function rememberArrival(options?: Options): void {
  if (!options) return
  const query = options.query ?? {}
  latest = {
    scene: options.scene ?? null,
    channel: query.channel ?? query.ch ?? latest.channel,
    sharer: query.sharer ?? query.s ?? latest.sharer,
    shareTicket: options.shareTicket ?? null,
  }
}

export const arrival = (): Arrival => latest
