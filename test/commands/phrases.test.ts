import { expect, test } from 'vitest';
import { createParser } from '../../src/commands/parser.ts';
import { demoEntities } from '../fixtures/demo-entities.ts';
import { novemberMorning } from './november-morning.ts';
import { readPhrases } from './phrases.ts';
import { sameJson } from './same-json.ts';

const phrases = ['phrases.txt', 'phrases-colloquial.txt', 'phrases-tired.txt'].flatMap(readPhrases);
const parser = createParser(demoEntities);

function missesOf(lines: readonly { text: string; intent: string; slots: unknown }[]) {
  let [exact, wrong, askedBack] = [0, 0, 0];
  const misses: string[] = [];
  for (const { text, intent, slots } of lines) {
    const got = parser.understand(text, novemberMorning);
    const command = 'command' in got ? got.command : null;
    if (command !== null && command.intent === intent && sameJson(command.slots, slots)) {
      exact++;
      continue;
    }
    if (got.kind === 'command') wrong++;
    else askedBack++;
    misses.push(`${text} → ${got.kind} ${command?.intent} ${JSON.stringify(command?.slots)}`);
  }
  return { exact, wrong, askedBack, misses };
}

test('what sales people type: every phrase of our own is read exactly', () => {
  expect(phrases.length).toBeGreaterThan(600);
  expect(missesOf(phrases).misses).toEqual([]);
});

/** The words of a spaced line in another order; the first word names the report and may stand last. */
const turned = (text: string): string => {
  const words = text.split(' ');
  return [...words.slice(1), words[0]].join(' ');
};

test('the order of the words is free', () => {
  const spaced = phrases.filter(
    ({ text, intent }) =>
      /^[一-龥A-Za-z]+( [^ ]+){1,3}$/.test(text) &&
      /^(?:漏斗|业绩|转化率|回款率|流失率|客单价|满意度|NPS|沉默客户|新增客户|新增线索|赢单率|复购率|成交周期|数据质量) /.test(
        text,
      ) &&
      !/clarify|对比/.test(intent + text),
  );
  const { misses } = missesOf(spaced.map((phrase) => ({ ...phrase, text: turned(phrase.text) })));
  expect(spaced.length).toBeGreaterThan(60);
  expect(misses).toEqual([]);
});

test('politeness, haste, mentions, width and faces around a question change nothing', () => {
  const lines = phrases.filter(
    ({ intent }) =>
      !/refine|drill_down|clarify|reject|out_of_scope|alert_ack|action_item_create|feedback|help|customer_detail/.test(
        intent,
      ),
  );
  const wrap: readonly ((text: string) => string)[] = [
    (text) => `帮我看下${text}`,
    (text) => `${text} 急`,
    (text) => `@晨报 ${text}`,
    (text) => `${text}🙏🙏`,
    (text) => `老板要 ${text},谢谢`,
    (text) => text.replace(/[0-9%]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
  ];
  for (const [at, change] of wrap.entries()) {
    const { misses } = missesOf(
      lines
        .filter((_, line) => line % wrap.length === at || line % wrap.length === (at + 3) % wrap.length)
        .map((phrase) => ({ ...phrase, text: change(phrase.text) })),
    );
    // 谢谢 and 帮我 do meet other words now and then; a wrong reading does not come of it.
    expect(misses.slice(0, 20), `wrap ${at}`).toEqual([]);
  }
});

const sounds: Readonly<Record<string, string>> = {
  斗: '豆',
  绩: '机',
  率: '绿',
  款: '宽',
  默: '没',
  失: '食',
  访: '仿',
  标: '彪',
  测: '册',
  销: '消',
  排: '牌',
  续: '序',
  购: '够',
  诉: '速',
  健: '建',
};

test('same-sound slips in a report word are repaired and told', () => {
  const lines = phrases.filter(
    ({ text, intent }) =>
      /^(?:漏斗|业绩|回款率|流失率|转化率|沉默客户|目标|预测|排行|排名|复购率|续约率|投诉率|健康度) /.test(text) &&
      !/clarify|refine/.test(intent),
  );
  const slipped = lines.map((phrase) => {
    const at = Array.from(phrase.text).findIndex((char) => sounds[char] !== undefined);
    return { ...phrase, text: phrase.text.slice(0, at) + sounds[phrase.text[at]!] + phrase.text.slice(at + 1) };
  });
  const { exact, wrong, misses } = missesOf(slipped);
  expect(slipped.length).toBeGreaterThan(60);
  expect(exact / slipped.length, misses.join('\n')).toBeGreaterThanOrEqual(0.95);
  expect(wrong / slipped.length, misses.join('\n')).toBeLessThanOrEqual(0.01);
  const told = parser.understand('漏豆 本月 华东', novemberMorning);
  expect(told.kind === 'command' && told.repairs).toEqual([{ typed: '漏豆', read: '漏斗' }]);
});

test('a dropped or swapped character never leads to another report', () => {
  const lines = phrases.filter(
    ({ text, intent }) =>
      /^[一-龥]{3,6} /.test(text) &&
      !/clarify|refine|order|subscription|export|alert|silent_feedback|action|help|metric/.test(intent),
  );
  let [tried, wrong] = [0, 0];
  const misses: string[] = [];
  for (const { text, intent } of lines) {
    const word = text.split(' ')[0]!;
    for (let at = 0; at + 1 < word.length; at++) {
      const swapped = word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2) + text.slice(word.length);
      const got = parser.understand(swapped, novemberMorning);
      tried++;
      if (got.kind === 'command' && got.command.intent !== intent) {
        wrong++;
        misses.push(`${swapped} → ${got.command.intent}`);
      }
    }
  }
  expect(tried).toBeGreaterThan(150);
  expect(wrong / tried, misses.join('\n')).toBeLessThanOrEqual(0.05);
});
