/** Small pictures of this part: a parcel as a card shows it. */
const parcel =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 100"><ellipse cx="60" cy="90" rx="44" ry="6" fill="#000" opacity=".18"/>' +
  '<path d="M18 36l42-16 42 16v38L60 92 18 74z" fill="#e9c48b"/><path d="M60 52l42-16v38L60 92z" fill="#d3a25f"/>' +
  '<path d="M18 36l42-16 42 16-42 16z" fill="#f7ddb0"/><path d="M39 28l42 16v14l-9 3.500V47L30 31.500z" fill="#fff" opacity=".75"/>' +
  '<path d="M60 20c-4-12-20-10-16-3 2 4 10 4 16 3 6 1 14 1 16-3 4-7-12-9-16 3z" fill="none" stroke="#fff" stroke-width="4" stroke-linejoin="round"/></svg>'

export const parcelPicture = `data:image/svg+xml,${encodeURIComponent(parcel)}`
