// JSON to and from the simulator's own routes.

export class Refused extends Error {}

export async function get(path) {
  return answerOf(await fetch(`/_sim${path}`));
}

export async function post(path, body = {}) {
  const how = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  return answerOf(await fetch(`/_sim${path}`, how));
}

export async function remove(path) {
  return answerOf(await fetch(`/_sim${path}`, { method: 'DELETE' }));
}

async function answerOf(answer) {
  const told = await answer.json().catch(() => ({ error: `HTTP ${answer.status}` }));
  if (!answer.ok) throw new Refused(told.error ?? `HTTP ${answer.status}`);
  if (told.errcode) throw new Refused(told.errmsg || told.text || String(told.errcode));
  return told;
}

export const part = encodeURIComponent;
