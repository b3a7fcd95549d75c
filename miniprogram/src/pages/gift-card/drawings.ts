/** A ribbon with its bow, drawn over the right end of a gift card. */
const bow =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 200"><path d="M72 0h18v200H72z" fill="#f6dfae" opacity=".9"/>' +
  '<path d="M0 92h160v18H0z" fill="#f6dfae" opacity=".9"/><path d="M80 100C60 54 18 52 20 82c2 22 38 20 60 18z" fill="#fff1cf"/>' +
  '<path d="M80 100c20-46 62-48 60-18-2 22-38 20-60 18z" fill="#ffe7b5"/><path d="M78 102c-10 16-22 34-40 42l4-20-16-4c20-4 36-12 48-20z" fill="#f3d493"/>' +
  '<path d="M84 102c10 16 22 34 40 42l-4-20 16-4c-20-4-36-12-48-20z" fill="#ecc87f"/><circle cx="81" cy="100" r="13" fill="#fff6e0"/></svg>'

export const bowPicture = `data:image/svg+xml,${encodeURIComponent(bow)}`
