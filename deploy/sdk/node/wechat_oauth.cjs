// Web sign-in with wechat-oauth.
'use strict';

const { promisify } = require('node:util');
const OAuth = require('wechat-oauth');
const {
  PERSON, check, expect, openidIn, refused, tell, tunnel, world,
} = require('./checking.cjs');

const BACK = 'https://shop.example/back';

async function main() {
  const api = new OAuth(world.account.appid, world.account.secret);
  api.setOpts({ httpsAgent: tunnel });
  const exchange = promisify(api.getAccessToken.bind(api));
  const openid = await openidIn(world.account);
  let code = '';
  await check('the page asks the person', async () => {
    const url = api.getAuthorizeURL(BACK, 's-1', 'snsapi_userinfo');
    code = (await tell(`users/${PERSON}/authorize`, { url })).code;
    expect(code);
  });
  await check('the code becomes a token', async () => {
    const { data } = await exchange(code);
    expect(data.openid === openid, data);
  });
  await check('and does not twice', async () => {
    expect(await refused(() => exchange(code)), 'a token');
  });
  await check('the person is told', async () => {
    const told = await promisify(api.getUser.bind(api))(openid);
    expect(told.openid === openid, told);
  });
  await check('the token is renewed', async () => {
    const { data } = await promisify(api.getAccessToken.bind(api))(
      (await tell(`users/${PERSON}/authorize`, { url: api.getAuthorizeURL(BACK, 's-2', 'snsapi_userinfo') })).code,
    );
    const renewed = await promisify(api.refreshAccessToken.bind(api))(data.refresh_token);
    expect(renewed.data.access_token, renewed);
  });
}

main();
