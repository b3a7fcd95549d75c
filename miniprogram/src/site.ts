/**
 * Where this app belongs. A mini-program is told when it is exported (`flask mini-program export`
 * puts the two values in); a page of the official account sees it in its own address.
 */
export const site = {
  // #ifdef MP-WEIXIN
  api: 'https://api.kabao.invalid',
  merchant: 'M0000000000000000',
  // #endif
  // #ifdef H5
  ...(ofThisPage() as object),
  // #endif
}

// #ifdef H5
function ofThisPage(): { api: string; merchant: string } {
  const merchant = window.location.pathname.split('/').find((part) => /^M[0-9A-Z]{16}$/.test(part))
  return { api: window.location.origin, merchant: merchant ?? '' }
}
// #endif

/** The address of a picture that the API names by its path. */
export const pictureUrl = (path: string) => (/^(https?|data|blob):/.test(path) ? path : site.api + path)
