// A mini-program and an official account with node-easywechat.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { MiniApp, OfficialAccount, ServerRequest } = require('node-easywechat');
const {
  PERSON, check, expect, mark, openidIn, pushes, refused, tell, world,
} = require('./checking.cjs');

const folder = fs.mkdtempSync(path.join(process.env.SDK_FOLDER, 'easywechat-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true }));

const settings = (app) => ({
  app_id: app.appid,
  secret: app.secret,
  token: app.message_token,
  aes_key: app.message_aes_key,
  use_stable_access_token: true,
  file_cache: { path: folder },
});

async function heard(app, push, target) {
  app.setRequest(new ServerRequest('POST', target, push.headers, push.body));
  let words = '';
  app.getServer().addMessageListener('text', async (message) => {
    words = message.Content;
    return true;
  });
  await app.getServer().serve();
  return words;
}

async function main() {
  const account = new OfficialAccount(settings(world.account));
  const mini = new MiniApp(settings(world.mini));
  await check('mini: code2session', async () => {
    const { code } = await tell(`users/${PERSON}/login`, { appid: world.mini.appid });
    const told = await mini.getUtils().codeToSession(code);
    expect(told.openid === await openidIn(world.mini), told);
  });
  await check('account: stable token, followers', async () => {
    const told = (await account.getClient().get('/cgi-bin/user/get')).toObject();
    expect(told.data.openid.includes(await openidIn(world.account)), told);
  });
  await check('account: page signature', async () => {
    const told = await account.getUtils().buildJsSdkConfig('https://shop.example/', []);
    expect(told.signature, told);
  });
  let push = {};
  await check('account: sealed text opened by the server', async () => {
    const since = await mark();
    await tell(`users/${PERSON}/say`, { appid: world.account.appid, text: '您好' });
    push = await pushes(since, world.account);
    expect(await heard(account, push, push.target) === '您好', push);
  });
  await check('account: another signature refused', async () => {
    const target = push.target.replace(/msg_signature=\w+/, `msg_signature=${'0'.repeat(40)}`);
    const other = new OfficialAccount(settings(world.account));
    expect(await refused(() => heard(other, push, target)), 'words');
  });
}

main();
