/** What boot.js puts together, for elements that the browser itself makes: phone, wx, pages, sheets, files, privacy, share, media. */
export const host = {}
