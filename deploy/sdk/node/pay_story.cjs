// One purchase from order to refund, told with any library of WeChat Pay.
'use strict';

const crypto = require('node:crypto');
const {
  PERSON, check, expect, mark, notices, openidIn, refused, tell, world,
} = require('./checking.cjs');

const PRICE_FEN = 3500;
const PAID = 'TRANSACTION.SUCCESS';
const REFUNDED = 'REFUND.SUCCESS';

const newNumber = () => `K${crypto.randomBytes(10).toString('hex')}`;

async function order(sdk, number) {
  return sdk.order({
    appid: world.mini.appid,
    mchid: sdk.merchant.mchid,
    description: '咖啡兑换券',
    out_trade_no: number,
    notify_url: world.notify_url,
    amount: { total: PRICE_FEN, currency: 'CNY' },
    payer: { openid: await openidIn(world.mini) },
  });
}

async function pay(params) {
  const said = await tell(`users/${PERSON}/pay`, params);
  expect(said.result === 'requestPayment:ok', said);
}

async function buy(sdk, number) {
  const since = await mark();
  let params = {};
  let transactionId = '';
  await check('JSAPI order', async () => { params = await order(sdk, number); });
  await check('the phone takes the paySign', () => pay(params));
  await check('notice of the payment verified and opened', async () => {
    const { headers, body } = await notices(since, PAID);
    const told = await sdk.read(headers, body);
    expect(told.out_trade_no === number, told);
    transactionId = told.transaction_id;
  });
  return transactionId;
}

async function query(sdk, number, transactionId) {
  await check('query by out_trade_no', async () => {
    const told = await sdk.byNumber(number);
    expect(told.trade_state === 'SUCCESS', told);
  });
  await check('query by transaction_id', async () => {
    const told = await sdk.byId(transactionId);
    expect(told.out_trade_no === number, told);
  });
}

async function refund(sdk, number) {
  const since = await mark();
  const refundNumber = newNumber();
  await check('refund', async () => {
    const told = await sdk.refund({
      out_trade_no: number,
      out_refund_no: refundNumber,
      notify_url: world.notify_url,
      amount: { refund: PRICE_FEN, total: PRICE_FEN, currency: 'CNY' },
    });
    expect(told.status === 'PROCESSING', told);
  });
  await check('notice of the refund verified and opened', async () => {
    const { headers, body } = await notices(since, REFUNDED);
    const told = await sdk.read(headers, body);
    expect(told.out_refund_no === refundNumber, told);
  });
  await check('query of the refund', async () => {
    const told = await sdk.refundByNumber(refundNumber);
    expect(told.status === 'SUCCESS', told);
  });
}

async function billAndClose(sdk) {
  await check('trade bill fetched', async () => {
    const text = await sdk.bill(world.bill_date);
    expect(text.includes(sdk.merchant.billed), text.slice(0, 200));
  });
  await check('an order closed', async () => {
    const number = newNumber();
    await order(sdk, number);
    await sdk.close(number);
    const told = await sdk.byNumber(number);
    expect(told.trade_state === 'CLOSED', told);
  });
}

async function refuseForgeries(sdk, transactionId) {
  const since = await mark();
  let seen = {};
  await check('a forged notice refused, the true one after it taken', async () => {
    await tell('faults', { kind: 'forge', scope: PAID });
    await pay(await order(sdk, newNumber()));
    const [forged, honest] = await notices(since, PAID, 2);
    seen = honest;
    expect(await refused(() => sdk.read(forged.headers, forged.body)), forged);
    expect(await sdk.read(honest.headers, honest.body), honest);
  });
  await check('a notice with another body refused', async () => {
    const other = seen.body.replace('支付成功', '支付失败');
    expect(other !== seen.body && await refused(() => sdk.read(seen.headers, other)), other);
  });
  if (!sdk.verifiesAnswers) return;
  await check('a forged answer refused', async () => {
    await tell('faults', { kind: 'forge_answer', scope: '/v3/pay/transactions/id' });
    expect(await refused(() => sdk.byId(transactionId)), 'an answer');
  });
}

async function tellStory(sdk) {
  const number = newNumber();
  const transactionId = await buy(sdk, number);
  await query(sdk, number, transactionId);
  await refund(sdk, number);
  await billAndClose(sdk);
  await refuseForgeries(sdk, transactionId);
}

module.exports = { tellStory };
