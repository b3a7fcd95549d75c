// The purchase with wechatpay-node-v3, which fetches certificates to verify notices.
'use strict';

const WxPay = require('wechatpay-node-v3');
const { expect, lowered, world } = require('./checking.cjs');
const { tellStory } = require('./pay_story.cjs');

const merchant = world.merchants[process.argv[3]];
const pay = new WxPay({
  appid: world.mini.appid,
  mchid: merchant.mchid,
  publicKey: Buffer.from(merchant.certificate),
  privateKey: Buffer.from(merchant.private_key),
  key: merchant.apiv3_key,
});

function told(answer) {
  expect(answer.status === 200, answer);
  return answer.data;
}

const sdk = {
  merchant,
  verifiesAnswers: false,
  order: async (asked) => told(await pay.transactions_jsapi(asked)),
  byNumber: async (number) => told(await pay.query({ out_trade_no: number })),
  byId: async (id) => told(await pay.query({ transaction_id: id })),
  refund: async (asked) => told(await pay.refunds(asked)),
  refundByNumber: async (number) => told(await pay.find_refunds(number)),

  async bill(day) {
    const { download_url: url } = told(await pay.tradebill({ bill_date: day, bill_type: 'ALL' }));
    return told(await pay.downloadBill(url)).toString();
  },

  async close(number) {
    expect((await pay.close(number)).status === 204, 'another status');
  },

  async read(came, body) {
    const headers = lowered(came);
    const isTrue = await pay.verifySign({
      timestamp: headers['wechatpay-timestamp'],
      nonce: headers['wechatpay-nonce'],
      serial: headers['wechatpay-serial'],
      signature: headers['wechatpay-signature'],
      body,
      apiSecret: merchant.apiv3_key,
    });
    if (!isTrue) return null;
    const { ciphertext, nonce, associated_data: aad } = JSON.parse(body).resource;
    return pay.decipher_gcm(ciphertext, aad, nonce, merchant.apiv3_key);
  },
};

tellStory(sdk);
