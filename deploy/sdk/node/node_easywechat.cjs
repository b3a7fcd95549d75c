// The purchase with node-easywechat: its client, its validator and its server for notices.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Pay, ServerRequest } = require('node-easywechat');
const { expect, world } = require('./checking.cjs');
const { tellStory } = require('./pay_story.cjs');

const mode = process.argv[3];
const merchant = world.merchants[mode];
const folder = fs.mkdtempSync(path.join(process.env.SDK_FOLDER, 'easywechat-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true }));

function kept(name, text) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text, { mode: 0o600 });
  return file;
}

const app = new Pay({
  mch_id: merchant.mchid,
  private_key: kept('key.pem', merchant.private_key),
  certificate: kept('certificate.pem', merchant.certificate),
  secret_key: merchant.apiv3_key,
  file_cache: { path: folder },
  // Left out, it fetches the platform's certificates.
  ...(mode === 'public_key' && {
    platform_certs: { [world.public_key_id]: kept('platform.pem', world.platform_public_key) },
  }),
});
const client = app.getClient();
// A new one each time: the client writes its signature into what it is given.
const mine = () => ({ params: { mchid: merchant.mchid } });
const NUMBERS = '/v3/pay/transactions/out-trade-no';

const sdk = {
  merchant,
  verifiesAnswers: false,

  async order(asked) {
    const answer = await client.post('/v3/pay/transactions/jsapi', { data: asked });
    return app.getUtils().buildMiniAppConfig(answer.toObject().prepay_id, asked.appid);
  },

  async byNumber(number) {
    return (await client.get(`${NUMBERS}/${number}`, mine())).toObject();
  },

  async byId(id) {
    return (await client.get(`/v3/pay/transactions/id/${id}`, mine())).toObject();
  },

  async refund(asked) {
    return (await client.post('/v3/refund/domestic/refunds', { data: asked })).toObject();
  },

  async refundByNumber(number) {
    return (await client.get(`/v3/refund/domestic/refunds/${number}`)).toObject();
  },

  async bill(day) {
    const asked = { params: { bill_date: day, bill_type: 'ALL' } };
    const { download_url: url } = (await client.get('/v3/bill/tradebill', asked)).toObject();
    const { pathname, searchParams } = new URL(url);
    const params = { token: searchParams.get('token') };
    const file = await client.get(pathname, { params, responseType: 'arraybuffer' });
    return file.getContent().toString();
  },

  async close(number) {
    const answer = await client.post(`${NUMBERS}/${number}/close`, { data: mine().params });
    expect(answer.getStatusCode() === 204, answer.getStatusCode());
  },

  async read(headers, body) {
    const request = new ServerRequest('POST', '/notices', headers, body);
    await app.getValidator().validate(request);
    app.setRequest(request);
    return (await app.getServer().getDecryptedMessage()).toObject();
  },
};

tellStory(sdk);
