import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Jieba } from '@node-rs/jieba';
import { dict } from '@node-rs/jieba/dict.js';
import { momentAt } from '../src/calendar/clock.ts';
import type { ParseContext } from '../src/commands/command.ts';
import { createCustomerIndex } from '../src/commands/customer-index.ts';
import { buildParser, createParser } from '../src/commands/parser.ts';
import { demoEntities } from '../test/fixtures/demo-entities.ts';
import { manyCustomers } from '../test/fixtures/many-customers.ts';
import type { BenchRow } from './row.ts';

const lines = [
  '漏斗 本月 华东',
  'ld by hd',
  '漏豆 本月 华东',
  '上个月华东咋样',
  '老王这月签了多少',
  '三个月没动静的客户 A级的先给我',
  '100w以上还没签的大单列一下',
  '华东转化率低于15%就告诉我',
  '宏达机械上次谁联系的 聊了啥',
  '1-10号跟上月1-10号比成交',
  '换成上个月',
  '漏斗 华冬',
];

/**
 * Reading lines with 200,000 customer names loaded, beside a plain jieba cut (words without meaning) of the same lines
 * in the same run.
 */
export async function benchCommands(customers = 200_000, rounds = 400): Promise<BenchRow[]> {
  const context: ParseContext = {
    moment: momentAt(Date.parse('2026-11-18T10:30:00+08:00'), 'Asia/Shanghai'),
    asker: { userId: '1', name: '陈志远' },
    chat: 'private',
    previous: null,
    fiscalYearStartMonth: 1,
  };
  const names = [...demoEntities.customers, ...manyCustomers(customers)];
  createParser(demoEntities);
  globalThis.gc?.();
  const before = bytesInUse();
  const start = performance.now();
  const parser = createParser({ ...demoEntities, customers: names });
  const buildMs = performance.now() - start;
  globalThis.gc?.();
  const indexBytes = bytesInUse() - before;

  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await buildParser({ ...demoEntities, customers: names });
  delay.disable();
  const stallMs = delay.max / 1e6;

  for (let round = 0; round < 50; round++) for (const line of lines) parser.understand(line, context);
  const took: number[] = [];
  const parseStart = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (const line of lines) {
      const at = performance.now();
      parser.understand(line, context);
      took.push(performance.now() - at);
    }
  }
  const parsesPerSecond = (took.length / (performance.now() - parseStart)) * 1000;

  const index = createCustomerIndex(names, new Set(demoEntities.cities));
  const looked: number[] = [];
  for (let at = 0; at < 600; at++) {
    const part = names[(at * 661) % names.length]!.slice(2, 6);
    const from = performance.now();
    index.named(part);
    index.containing(part, 4);
    index.resembling(part, 3);
    looked.push((performance.now() - from) / 3);
  }
  looked.sort((a, b) => a - b);

  const jieba = Jieba.withDict(dict);
  for (const line of lines) jieba.cut(line, true);
  const cutStart = performance.now();
  for (let round = 0; round < rounds; round++) for (const line of lines) jieba.cut(line, true);
  const cutsPerSecond = ((rounds * lines.length) / (performance.now() - cutStart)) * 1000;
  took.sort((a, b) => a - b);
  const p99 = took[Math.floor(took.length * 0.99)] ?? Number.NaN;
  return [
    {
      name: 'commands: parses a second, 200,000 customers',
      value: Math.round(parsesPerSecond),
      unit: 'per second',
      least: 200,
    },
    { name: 'commands: jieba cuts a second, same lines', value: Math.round(cutsPerSecond), unit: 'per second' },
    { name: 'commands: a line, 99 of 100 within', value: p99, unit: 'ms', goal: 5 },
    {
      name: 'commands: a customer looked up (whole, part, slip), 95 of 100 within',
      value: looked[Math.floor(looked.length * 0.95)] ?? Number.NaN,
      unit: 'ms',
      goal: 2,
    },
    { name: 'commands: index of 200,000 customers built', value: Math.round(buildMs), unit: 'ms', goal: 2000 },
    { name: 'commands: longest stall while it is built between others', value: stallMs, unit: 'ms', goal: 100 },
    { name: 'commands: index of 200,000 customers in memory', value: indexBytes, unit: 'bytes' },
  ];
}

const bytesInUse = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};
