// The purchase with wechatpay-axios-plugin, which verifies every answer by itself.
'use strict';

const crypto = require('node:crypto');
const { Aes, Formatter, Rsa, Wechatpay } = require('wechatpay-axios-plugin');
const { lowered, world } = require('./checking.cjs');
const { tellStory } = require('./pay_story.cjs');

const mode = process.argv[3];
const merchant = world.merchants[mode];

// Which name the platform's key goes by; with certificates the merchant opened one beforehand.
const certs = mode === 'public_key'
  ? { [world.public_key_id]: world.platform_public_key }
  : { [world.platform_certificate.serial]: world.platform_certificate.pem };

const wxpay = new Wechatpay({
  mchid: merchant.mchid,
  serial: merchant.certificate_serial,
  privateKey: merchant.private_key,
  certs,
});
const key = Rsa.from(merchant.private_key, Rsa.KEY_TYPE_PRIVATE);

const sdk = {
  merchant,
  verifiesAnswers: true,

  async order(asked) {
    const { data } = await wxpay.v3.pay.transactions.jsapi.post(asked);
    const params = {
      appId: asked.appid,
      timeStamp: `${Formatter.timestamp()}`,
      nonceStr: Formatter.nonce(),
      package: `prepay_id=${data.prepay_id}`,
      signType: 'RSA',
    };
    const text = Formatter.joinedByLineFeed(
      params.appId, params.timeStamp, params.nonceStr, params.package,
    );
    return { ...params, paySign: Rsa.sign(text, key) };
  },

  async byNumber(number) {
    const params = { mchid: merchant.mchid };
    const asked = { params, out_trade_no: number };
    return (await wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.get(asked)).data;
  },

  async byId(id) {
    const params = { mchid: merchant.mchid };
    const asked = { params, transaction_id: id };
    return (await wxpay.v3.pay.transactions.id._transaction_id_.get(asked)).data;
  },

  async refund(asked) {
    return (await wxpay.v3.refund.domestic.refunds.post(asked)).data;
  },

  async refundByNumber(number) {
    const asked = { out_refund_no: number };
    return (await wxpay.v3.refund.domestic.refunds._out_refund_no_.get(asked)).data;
  },

  async bill(day) {
    const { data } = await wxpay.v3.bill.tradebill.get({ params: { bill_date: day } });
    const file = await wxpay.v3.billdownload.file.get({
      baseURL: data.download_url.slice(0, data.download_url.indexOf('/v3/')),
      params: { token: new URL(data.download_url).searchParams.get('token') },
      responseType: 'arraybuffer',
    });
    const text = Buffer.from(file.data);
    const hash = crypto.createHash('sha1').update(text).digest('hex');
    if (hash !== data.hash_value) throw new Error('another hash');
    return text.toString();
  },

  async close(number) {
    const { close } = wxpay.v3.pay.transactions.outTradeNo._out_trade_no_;
    await close.post({ mchid: merchant.mchid }, { out_trade_no: number });
  },

  async read(came, body) {
    const headers = lowered(came);
    const text = Formatter.response(headers['wechatpay-timestamp'], headers['wechatpay-nonce'], body);
    const by = certs[headers['wechatpay-serial']];
    if (!Rsa.verify(text, headers['wechatpay-signature'], Rsa.from(by, Rsa.KEY_TYPE_PUBLIC))) return null;
    const { ciphertext, nonce, associated_data: aad } = JSON.parse(body).resource;
    return JSON.parse(Aes.AesGcm.decrypt(ciphertext, merchant.apiv3_key, nonce, aad));
  },
};

tellStory(sdk);
