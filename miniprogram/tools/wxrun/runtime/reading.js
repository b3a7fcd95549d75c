// What the camera of a phone beside this one reads off the screen: long numbers, as they stand below a code.

const LONG = /\b\d(?: ?\d){15,23}\b/g

export const numbersOn = (stage) => [...new Set(stage.innerText.match(LONG) ?? [])]
