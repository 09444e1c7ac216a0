import { expect, it } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { renderMessage } from '../../src/schedule/message-template.ts';

const from = (template: string, view: Record<string, unknown>) => renderMessage('digest', view, () => template);

it('a company rewords it: headings, lists, marks, and loops that leave no gaps', () => {
  const template =
    '# 早报 {{ day }}\n{% for one in all %}\n- {{ one }} 来了\n{% endfor %}\n\n1. 先**看**!!这里!!\n2. ++好++%%完%%\n就这样';
  expect(from(template, { day: '周一', all: ['甲', '乙'] })).toEqual([
    { kind: 'heading', line: ['早报 周一'] },
    { kind: 'list', ordered: false, lines: [['甲 来了'], ['乙 来了']] },
    {
      kind: 'list',
      ordered: true,
      lines: [
        ['先', { strong: '看' }, { warning: '这里' }],
        [{ good: '好' }, { muted: '完' }],
      ],
    },
    { kind: 'text', line: ['就这样'] },
  ]);
});

it('values are text whatever they hold', () => {
  const nasty = '# **a** !!b!!\n- c %%d%% {{ x }} {% if %}';
  expect(from('{{ name }}', { name: nasty })).toEqual([
    { kind: 'text', line: ['# **a** !!b!! - c %%d%% {{ x }} {% if %}'] },
  ]);
});

it('a misspelt name and a broken tag are told with the line, and nothing is sent half', () => {
  for (const template of ['{{ nmae }}', '{% if a %}', '{{ a | nofilter }}']) {
    expect(() => from(template, { a: 1 })).toThrow(Failure);
    try {
      from(template, { a: 1 });
    } catch (error) {
      expect((error as Failure).code).toBe('misconfigured');
      expect((error as Failure).kindly).toContain('digest.liquid');
    }
  }
});
