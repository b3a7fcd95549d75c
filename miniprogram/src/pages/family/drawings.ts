/** People under one roof, for the page of somebody who has no family card yet. */
const roof =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180"><path d="M40 96L160 20l120 76" fill="none" stroke="#e3b566" stroke-width="12" stroke-linecap="round" stroke-linejoin="round"/>' +
  '<path d="M66 92v76h188V92L160 33z" fill="#f6dfae" opacity=".55"/>' +
  '<circle cx="118" cy="104" r="17" fill="#c9553f"/><path d="M90 168c0-24 12-38 28-38s28 14 28 38z" fill="#c9553f"/>' +
  '<circle cx="202" cy="104" r="17" fill="#2f5d73"/><path d="M174 168c0-24 12-38 28-38s28 14 28 38z" fill="#2f5d73"/>' +
  '<circle cx="160" cy="128" r="13" fill="#e08a3c"/><path d="M139 168c0-17 9-26 21-26s21 9 21 26z" fill="#e08a3c"/>' +
  '<path d="M160 72c-4-8-18-8-16 3 1 7 10 11 16 16 6-5 15-9 16-16 2-11-12-11-16-3z" fill="#b3261e"/></svg>'

export const roofPicture = `data:image/svg+xml,${encodeURIComponent(roof)}`
