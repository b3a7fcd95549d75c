// What every story needs: its world, the person with the phone, what arrived, and its checks.
'use strict';

const fs = require('node:fs');
const https = require('node:https');
const { Tunnel } = require('./tunnel.cjs');

const PATIENCE_MS = 10_000;
const PAUSE_MS = 20;
const PERSON = '小明';

const world = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const tunnel = new Tunnel();
https.globalAgent = tunnel;

async function check(words, look) {
  let note = '';
  try {
    await look();
  } catch (problem) {
    note = String((problem && problem.stack) || problem).slice(0, 400) || 'nothing said';
  }
  process.stdout.write(`${JSON.stringify({ check: words, ok: !note, note })}\n`);
}

function expect(holds, saw) {
  if (!holds) throw new Error(`saw ${JSON.stringify(saw)}`);
}

// Whether a library refuses: it throws, or answers with nothing.
async function refused(call) {
  try {
    return !(await call());
  } catch {
    return true;
  }
}

async function control(method, path, body) {
  const answer = await fetch(`${world.simulator}/_sim/${encodeURI(path)}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  expect(answer.ok, `${path}: ${text}`);
  return JSON.parse(text);
}

const ask = (path) => control('GET', path);
const tell = (path, body = {}) => control('POST', path, body);
const openidIn = async (app) => (await ask(`users/${PERSON}`)).openids[app.appid];

const arrived = async (since) => (await fetch(`${world.receiver}/got?from=${since}`)).json();
const mark = async () => (await arrived(0)).length;

async function wait(since, wanted, count = 1) {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const found = (await arrived(since)).filter(wanted);
    if (found.length >= count) return count > 1 ? found.slice(0, count) : found[0];
    await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
  }
  throw new Error('nothing came');
}

const notices = (since, event, count = 1) => (
  wait(since, (each) => each.body.includes(`"${event}"`), count));
const pushes = (since, app, count = 1) => (
  wait(since, (each) => each.path.endsWith(app.appid), count));

// Headers as Node's own server names them.
const lowered = (headers) => Object.fromEntries(
  Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
);

module.exports = {
  PERSON, ask, check, expect, lowered, mark, notices, openidIn, pushes, refused, tell, tunnel, world,
};
