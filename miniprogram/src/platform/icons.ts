/** On the web a tab that is tapped first without a network has its icon all the same. */
export function fetchTabIcons(): void {
  // #ifdef H5
  for (const tab of ['home', 'campaigns', 'wallet', 'me'])
    for (const look of ['', '-on', '-on-dark']) new Image().src = `static/tab/${tab}${look}.png`
  // #endif
}
