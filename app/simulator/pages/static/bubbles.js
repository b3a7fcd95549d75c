// What one message looks like.

import { face, h, icon, picture } from './dom.js';

export const bubble = (text) => h('p', { class: 'bubble' }, text);

export function cardBubble(card, onclick) {
  const live = card.updatable ? h('span', { class: `live ${card.updatable.state ? 'ended' : ''}` }, liveWords(card.updatable)) : null;
  return h('button', { class: 'minicard', onclick },
    h('span', { class: 'app' }, icon('mini'), card.app_name || '小程序'),
    h('b', {}, card.title || '(没有标题)'),
    h('span', { class: 'shot' }, picture(card.image)),
    h('span', { class: 'sort' }, icon('mini'), card.private ? '小程序 · 私密消息' : '小程序', live));
}

function liveWords(updatable) {
  return updatable.state ? '已结束' : updatable.text ? `${updatable.text} 人` : '进行中';
}

export function noticeCard({ from, title, lines, big = '', link = '', onclick = null }) {
  return h(onclick ? 'button' : 'div', { class: 'notice', onclick },
    h('span', { class: 'app' }, icon(big ? 'pay' : 'mini'), from),
    big ? [h('span', { class: 'label' }, title), h('strong', {}, big)] : h('b', {}, title),
    h('dl', {}, lines.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, String(value))))),
    link ? h('span', { class: 'link' }, link, h('i', { class: 'arrow' })) : null);
}

// An entry in the chat with an account: said by me, by the account, or by the system.
export function accountEntry(phone, entry, doings) {
  if (entry.by === 'system') return h('p', { class: 'moment' }, entry.text);
  const big = BIG[entry.kind];
  if (big) return big(entry, doings);
  const mine = entry.by === 'me';
  const look = mine ? face(phone.person) : face(doings.name, 'group');
  return h('div', { class: `said ${mine ? 'mine' : ''}` }, look, h('div', {}, contentOf(entry, doings)));
}

const BIG = {
  template: templateCard,
  notice: templateCard,
  service_news: (entry, doings) => newsCards(entry.content.articles, doings),
  reply_news: (entry, doings) => newsCards(articlesOf(entry.reply), doings),
};

function templateCard(entry, doings) {
  const target = entry.miniprogram?.appid ? { miniprogram: entry.miniprogram } : entry.url;
  const open = target ? () => doings.open(target) : null;
  return noticeCard({ from: doings.name, title: entry.title, lines: entry.fields.map((each) => [each.label, each.value]), link: open && '查看详情', onclick: open });
}

function articlesOf(reply) {
  const items = reply.Articles?.item ?? reply.Articles ?? [];
  const listed = Array.isArray(items) ? items : [items];
  return listed.map((each) => ({ title: each.Title, description: each.Description, url: each.Url, picurl: each.PicUrl }));
}

function newsCards(articles, doings) {
  return articles.map((each) => h('button', { class: 'news', onclick: () => doings.open(each.url) },
    h('span', { class: 'shot' }, picture(each.picurl)), h('b', {}, each.title), h('small', {}, each.description ?? '')));
}

function contentOf(entry, doings) {
  const service = entry.content ?? {};
  const kind = entry.kind.replace(/^(service|reply)_/, '');
  const text = entry.text ?? service.content ?? entry.reply?.Content;
  if (kind === 'text') return withLinks(text ?? '', doings);
  if (kind === 'msgmenu') return menuBubble(service, doings);
  if (kind === 'miniprogrampage') {
    const target = { miniprogram: { appid: service.appid, pagepath: service.pagepath } };
    return cardBubble({ app_name: doings.name, title: service.title, image: '' }, () => (service.appid ? doings.open(target) : doings.page?.(service.pagepath)));
  }
  if (kind === 'link') return h('button', { class: 'bubble linked', onclick: () => doings.open(service.url ?? entry.url) }, service.title ?? entry.title ?? '链接');
  return bubble(`[${KIND_WORDS[kind] ?? kind}]${entry.label ? ` ${entry.label}` : ''}`);
}

const KIND_WORDS = { image: '图片', voice: '语音', video: '视频', music: '音乐', location: '位置', wxcard: '卡券', mpnews: '图文消息', mpnewsarticle: '图文消息' };
const LINK = /<a\s+[^>]*href="([^"]*)"[^>]*>([^<]*)<\/a>/gi;

// An account may write links as <a href>; only these are read, everything else stays text.
function withLinks(text, doings) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(end, found.index), h('button', { class: 'inline', onclick: () => doings.open(found[1]) }, found[2]));
    end = found.index + found[0].length;
  }
  return h('p', { class: 'bubble' }, parts, text.slice(end));
}

function menuBubble(service, doings) {
  return h('div', { class: 'bubble' }, service.head_content,
    (service.list ?? []).map((each) => h('button', { class: 'inline row', onclick: () => doings.say(each.content) }, each.content)),
    service.tail_content ?? '');
}
