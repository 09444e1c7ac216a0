import type { Picture } from '../charts/spec.ts';
import type { Reading, Repair } from '../commands/command.ts';
import { formatFigure } from '../figures/format.ts';
import type { Advice, Findings, Question } from '../reports/report.ts';
import { repairWords, understoodLine } from './phrases.ts';
import type { Block, Choice, Line, Reply, ReplyStatus } from './reply.ts';
import { typesetReply } from './typeset-reply.ts';

/** What a reply says besides its findings. */
export interface Setting {
  readonly reportName: string;
  readonly repairs: readonly Repair[];
  readonly asOf: string;
  readonly picture: Picture | null;
  /** A picture was wanted and could not be drawn. */
  readonly pictureFailed: boolean;
}

const text = (...line: Line): Block => ({ kind: 'text', line });

/** Findings → reply: understood, conclusion, at most five figures, what they mean, what to do, what to know. */
export function compose(findings: Findings, question: Question, setting: Setting): Reply {
  const understood = [understoodLine(setting.reportName, findings.mode, question), repairWords(setting.repairs)]
    .filter((part) => part !== '')
    .join(' · ');
  const blocks: Block[] = [text({ muted: understood }), { kind: 'heading', line: [findings.title] }];
  const sections = findings.sections ?? [];
  if (findings.headline.length > 0 && sections.length === 0) {
    const lines = findings.headline.map((figure): Line => {
      const dims = figure.dims === undefined ? '' : ` · ${Object.values(figure.dims).join(' · ')}`;
      const value = formatFigure(figure);
      return [
        `${figure.label}${dims} `,
        { strong: value },
        ...(figure.value === null && figure.missing !== undefined ? [`(${figure.missing})`] : []),
      ];
    });
    blocks.push({ kind: 'list', ordered: false, lines });
  }
  if (findings.narrative.length > 0) blocks.push({ kind: 'text', line: findings.narrative.flat() });
  for (const { title, lines } of sections)
    blocks.push(text({ strong: title }), { kind: 'list', ordered: false, lines });
  if (findings.table !== null && (findings.chart === null || question.slots.format === 'table'))
    blocks.push({ kind: 'table', ...findings.table });
  if (findings.advice.length > 0) {
    blocks.push(text({ strong: findings.adviceTitle ?? '接下来' }), {
      kind: 'list',
      ordered: true,
      lines: findings.advice.map((advice) => [adviceWords(advice)]),
    });
  }
  const notes = [
    ...findings.notes,
    ...(setting.pictureFailed ? ['图这次没画出来,数字不受影响。'] : []),
    `数据截至 ${setting.asOf.slice(5, 16)}`,
  ];
  blocks.push(text({ muted: notes.join(' ') }));
  return typesetReply({
    status: 'answered',
    title: findings.title,
    blocks,
    picture: setting.picture,
    choices: findings.choices,
  });
}

/** 周建国 11-20 前:… — who and by when stand in front, as people assign things. */
export function adviceWords({ text: words, who, due }: Advice): string {
  const front = [who, due === null ? null : `${due.slice(5)} 前`].filter((part) => part !== null).join(' ');
  return front === '' ? words : `${front}:${words}`;
}

/** A short answer without figures. */
export function plainReply(
  status: ReplyStatus,
  title: string,
  lines: readonly string[],
  choices: readonly Choice[] = [],
): Reply {
  return typesetReply({ status, title, blocks: lines.map((line) => text(line)), picture: null, choices });
}

/** Two or three readings to choose from, by number or by tap; never a guess. */
export function askBack(why: string, readings: readonly Reading[]): Reply {
  const choices = readings.map((reading) => ({ label: reading.words, command: reading.words }));
  const blocks: Block[] = [text(why)];
  if (readings.length > 0)
    blocks.push({ kind: 'list', ordered: true, lines: readings.map((reading) => [reading.words]) });
  return typesetReply({ status: 'asked-back', title: why, blocks, picture: null, choices });
}
