// A sealed push opened with wechat-crypto.
'use strict';

const WXBizMsgCrypt = require('wechat-crypto');
const {
  PERSON, check, expect, mark, openidIn, pushes, tell, world,
} = require('./checking.cjs');

const sealedIn = (body) => (body.startsWith('<')
  ? /<Encrypt><!\[CDATA\[(.*?)\]\]><\/Encrypt>/.exec(body)[1]
  : JSON.parse(body).Encrypt);

async function opened(app, words) {
  const crypt = new WXBizMsgCrypt(app.message_token, app.message_aes_key, app.appid);
  const since = await mark();
  await tell(`users/${PERSON}/say`, { appid: app.appid, text: words });
  const { body, query } = await pushes(since, app);
  const sealed = sealedIn(body);
  const signed = crypt.getSignature(query.timestamp, query.nonce, sealed);
  expect(signed === query.msg_signature, query);
  return crypt.decrypt(sealed);
}

async function main() {
  for (const [kind, app] of Object.entries({ mini: world.mini, account: world.account })) {
    await check(`${kind}: signature and words of a sealed push`, async () => {
      const { message, id } = await opened(app, '您好');
      expect(id === app.appid, id);
      expect(message.includes('您好') && message.includes(await openidIn(app)), message);
    });
  }
}

main();
