// A mini-program and an official account with co-wechat-api.
'use strict';

const crypto = require('node:crypto');
const API = require('co-wechat-api');
const {
  PERSON, check, expect, openidIn, refused, tell, tunnel, world,
} = require('./checking.cjs');

const DATA = { thing1: { value: '咖啡兑换券' }, time2: { value: '2026年5月1日 15:01' } };
const MENU = { button: [{ type: 'click', name: '我的券', key: 'VOUCHERS' }] };
const CARD = {
  card_type: 'MEMBER_CARD',
  member_card: {
    base_info: {
      logo_url: 'https://mmbiz.qpic.cn/logo/0',
      code_type: 'CODE_TYPE_QRCODE',
      brand_name: '卡包咖啡',
      title: '咖啡会员',
      color: 'Color020',
      notice: '使用时出示',
      description: '每人一张',
      date_info: { type: 'DATE_TYPE_PERMANENT' },
      sku: { quantity: 100 },
    },
    supply_bonus: true,
    supply_balance: false,
    prerogative: '积分当钱花',
  },
};

function clientOf(app) {
  const api = new API(app.appid, app.secret);
  api.setOpts({ agent: tunnel });
  return api;
}

async function miniProgram() {
  const api = clientOf(world.mini);
  const openid = await openidIn(world.mini);
  const { appid } = world.mini;
  const send = () => api.sendSubscribeMessage(openid, world.template, world.page, DATA);
  await check('mini: access token', async () => {
    expect((await api.ensureAccessToken()).accessToken);
  });
  await check('mini: code2session', async () => {
    const { code } = await tell(`users/${PERSON}/login`, { appid });
    const told = await api.code2Session(code);
    expect(told.openid === openid, told);
  });
  await check('mini: subscribe message, refused without a grant', async () => {
    await tell(`users/${PERSON}/subscribe`, { appid, template_ids: [world.template] });
    await send();
    expect(await refused(send), 'a message');
  });
  await check('mini: code without limit', async () => {
    const picture = await api.getWXACodeUnlimit('gift=2', world.page);
    expect(picture.subarray(1, 4).toString() === 'PNG', picture.toString());
  });
}

async function account(api, openid) {
  const { appid } = world.account;
  await check('account: menu made, read and deleted', async () => {
    await api.createMenu(MENU);
    const told = await api.getMenu();
    expect(told.menu.button[0].key === 'VOUCHERS', told);
    await api.removeMenu();
  });
  await check('account: scene code scanned', async () => {
    const { ticket } = await api.createLimitQRCode('store-3');
    expect(api.showQRCodeURL(ticket));
    await tell(`users/${PERSON}/scan`, { appid, ticket });
  });
  await check('account: followers and a person', async () => {
    const told = await api.getFollowers();
    expect(told.data.openid.includes(openid), told);
    expect((await api.getUser(openid)).openid === openid);
  });
  await check('account: template message', async () => {
    expect((await api.sendTemplate(openid, world.template, '', '', DATA)).errcode === 0);
  });
  await check('account: service message', async () => {
    await tell(`users/${PERSON}/say`, { appid, text: '您好' });
    expect((await api.sendText(openid, '您的券到账了')).errcode === 0);
  });
  await check('account: page signature', async () => {
    const told = await api.getJsConfig({ debug: false, jsApiList: [], url: 'https://shop.example/' });
    expect(told.signature && told.appId === appid, told);
  });
}

async function extension(api, cardId) {
  const { ticket } = await api.ensureTicket('wx_card');
  const timestamp = `${Math.floor(Date.now() / 1000)}`;
  const nonce = crypto.randomBytes(8).toString('hex');
  const text = [ticket, timestamp, cardId, nonce].sort().join('');
  const signature = crypto.createHash('sha1').update(text).digest('hex');
  return JSON.stringify({ timestamp, nonce_str: nonce, signature });
}

async function added(api, cardId) {
  const item = { cardId, cardExt: await extension(api, cardId) };
  const said = await tell(`users/${PERSON}/add-card`, { cardList: [item] });
  expect(said.cardList[0].isSuccess, said);
  return (await api.decryptCode(said.cardList[0].code)).code;
}

async function cards(api, openid) {
  await check('card: made, read, listed, drawn', async () => {
    const made = await api.createCard(CARD);
    const cardId = made.card_id;
    await tell(`cards/${cardId}/audit`, { passes: true });
    expect((await api.getCard(cardId)).card.card_type === 'MEMBER_CARD');
    expect((await api.getCards(0, 10)).card_id_list.includes(cardId));
    expect((await api.createQRCode({ card_id: cardId })).ticket);
  });
  await check('card: added, read, consumed once and not twice', async () => {
    const made = await tell('cards', { appid: world.account.appid, card_type: 'GIFT' });
    const code = await added(api, made.card_id);
    const told = await api.getCode(code, made.card_id);
    expect(told.openid === openid, told);
    await api.consumeCode(code, made.card_id);
    expect(await refused(() => api.consumeCode(code, made.card_id)), 'a consumption');
  });
}

async function main() {
  const api = clientOf(world.account);
  const openid = await openidIn(world.account);
  await miniProgram();
  await account(api, openid);
  await cards(api, openid);
}

main();
