import { expect, test } from 'vitest';
import { type Dialect, renderMarkdown, splitByBytes, splitNumbered } from '../../src/platforms/markdown.ts';
import type { Block } from '../../src/replies/reply.ts';

const dialects: readonly Dialect[] = ['plain', 'wecom-app', 'wecom-v2', 'dingtalk'];
const text = (...line: Extract<Block, { kind: 'text' }>['line']): Block => ({ kind: 'text', line });

const table: Block = {
  kind: 'table',
  columns: ['销售', '成交', '赢单率'],
  rows: [
    ['王磊', '12.3 万', '38.2 %'],
    ['李|娜', '8,600 元', '—'],
  ],
  numeric: [false, true, true],
};

test('a table is one where the dialect has tables, and a line per row elsewhere', () => {
  const expected = '| 销售 | 成交 | 赢单率 |\n| :--- | ---: | ---: |\n| 王磊 | 12.3 万 | 38.2 % |\n';
  expect(renderMarkdown([table], 'plain')).toBe(`${expected}| 李\\|娜 | 8,600 元 | — |`);
  expect(renderMarkdown([table], 'wecom-v2')).toBe(`${expected}| 李｜娜 | 8,600 元 | — |`);
  const list = '**王磊**:成交 12.3 万 · 赢单率 38.2 %';
  expect(renderMarkdown([table], 'wecom-app')).toContain(`• ${list}\n• `);
  expect(renderMarkdown([table], 'dingtalk')).toContain(`- ${list}\n- `);
});

test('a table of two columns names the second once', () => {
  const short: Block = { kind: 'table', columns: ['地区', '成交'], rows: [['华东', '3 单']], numeric: [false, true] };
  expect(renderMarkdown([short], 'wecom-app')).toBe('<font color="comment">地区:成交</font>\n• **华东**:3 单');
  expect(renderMarkdown([short], 'dingtalk')).toBe('地区:成交\n\n- **华东**:3 单');
});

test('meaning has colour in the old subset only', () => {
  const line = text({ muted: '截至 10:30' }, ' 比上月 ', { good: '+4 %' }, ',', { warning: '积压 12 单' });
  expect(renderMarkdown([line], 'wecom-app')).toBe(
    '<font color="comment">截至 10:30</font> 比上月 <font color="info">+4 %</font>,<font color="warning">积压 12 单</font>',
  );
  expect(renderMarkdown([line], 'plain')).toBe('截至 10:30 比上月 +4 %,**积压 12 单**');
});

test('bold that ends in punctuation before a letter gets the blank that CommonMark asks for', () => {
  expect(renderMarkdown([text('转化率', { strong: '38.2 %' }, '比上月低')], 'plain')).toBe('转化率**38.2 %** 比上月低');
  expect(renderMarkdown([text({ strong: 'a' }, { strong: 'b' })], 'plain')).toBe('**ab**');
});

const hostile = [
  '<@all>',
  '@所有人',
  '@all',
  '[点我](http://evil.example)',
  '![](https://evil.example/x.png)',
  '**粗**_斜_`码`~~删~~',
  '# 标题',
  '- 项',
  '1. 项',
  '---',
  '> 引',
  '| a | b |',
  '</font><font color="warning">红</font>',
  'http://evil.example/a?b=c',
  'www.evil.example',
  'a\n\n# b',
  '\u202egnp.exe',
  '&lt;@all&gt;',
  '\\*x\\*',
  'bad\ud800half',
];

test.each(hostile)('a name %j does nothing in any dialect', (name) => {
  for (const dialect of dialects) {
    for (const block of [
      text(name),
      { kind: 'heading', line: [name] },
      { kind: 'list', ordered: false, lines: [[name]] },
      text({ warning: name }),
    ] satisfies Block[]) {
      const out = renderMarkdown([block], dialect);
      // Our own marks away, what is left is the name.
      const rest = out.replace(/^(?:### |- |• )/, '').replace(/^<font color="\w+">|<\/font>$|^\*\*|\*\*$/g, '');
      expect(rest).not.toMatch(/\n/);
      expect(out.replace(/^(?:### |- |• )/, '')).not.toMatch(/^(?:#{1,6} |[-+*] |\d+[.)] |> |-{3})/);
      expect(rest).not.toMatch(/[\u202a-\u202e]|\p{Cs}/u);
      expect(rest).not.toMatch(/(?<!\\)[*_`~[\]<>|]/);
      if (dialect !== 'plain') {
        expect(rest).not.toMatch(/@|:\/\/|www\.\w|\\|&\w/);
      } else expect(rest).not.toMatch(/:\/\/|www\.|(?<!\\)&\w+;/);
    }
  }
});

test('a name with a pipe or line break stays in its cell', () => {
  const odd: Block = { kind: 'table', columns: ['名'], rows: [['a|b\n| c |']], numeric: [false] };
  expect(renderMarkdown([odd], 'plain').split('\n')).toHaveLength(3);
  expect(renderMarkdown([odd], 'plain').split('\n')[2]).toBe('| a\\|b \\| c \\| |');
});

test('figures, dates, decimals and e-mail addresses are left as they are', () => {
  for (const kept of ['12.3 万(+4.5 %)', '2026-11-18 10:30', '−3.1 个百分点', 'li.na@example.com', '订单#12']) {
    expect(renderMarkdown([text(kept)], 'dingtalk')).toBe(kept);
  }
});

test('splitting keeps to lines, to the limit and to whole characters', () => {
  const lines = Array.from({ length: 50 }, (_, index) => `第 ${index} 行👨‍👩‍👧‍👦`);
  const pieces = splitByBytes(lines.join('\n'), 200);
  expect(pieces.join('\n')).toBe(lines.join('\n'));
  for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(200);
  for (const piece of splitByBytes('汉👨‍👩‍👧‍👦'.repeat(500), 64)) {
    expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(64);
    expect(piece).not.toMatch(/\ufffd|\p{Cs}/u);
    expect(piece.startsWith('\u200d')).toBe(false);
  }
  expect(splitByBytes('   ', 10)).toEqual([]);
});

test('a table that is cut repeats its header, and a heading goes with its table', () => {
  const rows = Array.from({ length: 40 }, (_, index) => [`客户${index}`, `${index} 单`]);
  const long: Block = { kind: 'table', columns: ['客户', '单数'], rows, numeric: [false, true] };
  const heading: Block = { kind: 'heading', line: ['排行'] };
  const pieces = splitByBytes(renderMarkdown([text('x'.repeat(250)), heading, long], 'wecom-v2'), 300);
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces[0]).not.toContain('排行');
  expect(pieces[1]).toMatch(/^### 排行\n\n\| 客户 \| 单数 \|/);
  for (const piece of pieces.slice(2)) expect(piece).toMatch(/^\| 客户 \| 单数 \|\n\| :--- \| ---: \|\n\| 客户/);
  for (let index = 0; index < 40; index++) expect(pieces.join('\n')).toContain(`| 客户${index} |`);
});

test('pieces are numbered, and a monstrous text ends with a word about the rest', () => {
  expect(splitNumbered('短', 100)).toEqual(['短']);
  const pieces = splitNumbered(Array.from({ length: 9_000 }, (_, index) => `第 ${index} 行`).join('\n'), 2000, 4);
  expect(pieces).toHaveLength(4);
  expect(pieces[3]).toMatch(/后面的没有显示.*\n\n\(4\/4\)$/);
  expect(pieces[0]).toMatch(/\(1\/4\)$/);
  for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(2000);
});
