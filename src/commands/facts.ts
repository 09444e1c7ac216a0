import { metricWords } from '../metrics/vocabulary.ts';
import type { Dimension, FilterField, NumberTest, Slots, Threshold } from './command.ts';
import { type DimensionMark, findDimensions } from './dimension-words.ts';
import type { PeriodMark } from './period-words.ts';
import type { Mark, Scan } from './scan.ts';
import type { ScheduleMark } from './schedule-words.ts';

type Names = Partial<Record<FilterField, readonly string[]>>;

/** A name that fits several people or customers. */
export interface Doubt {
  readonly typed: string;
  readonly field: FilterField;
  readonly names: readonly string[];
  readonly start: number;
}

/** What a text says, before it is known what is asked. */
export interface Facts {
  readonly skeleton: string;
  readonly named: Names;
  readonly excluded: Names;
  readonly added: Names;
  readonly doubts: readonly Doubt[];
  readonly periods: readonly PeriodMark[];
  readonly dimensions: readonly Dimension[];
  readonly looseDimensions: readonly Dimension[];
  readonly grain: Slots['grain'] | null;
  readonly days: Threshold | null;
  readonly daysTyped: number | null;
  readonly share: Threshold | null;
  readonly amount: { readonly test: NumberTest; readonly loose: boolean } | null;
  readonly top: number | null;
  readonly topPercent: number | null;
  readonly last: boolean;
  readonly ordinals: readonly number[];
  readonly schedule: ScheduleMark | null;
  readonly metric: string | null;
  readonly metrics: readonly string[];
  readonly me: boolean;
  readonly myTeam: boolean;
  readonly company: boolean;
  readonly chart: Slots['chart'] | null;
  readonly format: Slots['format'] | null;
  readonly stagePair: readonly [string, string] | null;
  /** 转化率 成交 潜在客户: the way back, which nothing takes. */
  readonly stagesTurned: boolean;
  readonly shortStages: readonly string[];
  readonly dimensionMarks: readonly DimensionMark[];
}

const excludes =
  /(?:(?<!是)不是|并非|非|除了?|除开|除去|别管|不管|不用管|不要管|不含|不包括|不包含|排除|去掉|剔除|不算|不要|不看|刨去|刨开)(?:客户|大区|渠道|行业)? ?(?:[A-Z][和、跟与 ]?)*$/;
const excludesAfter = /^ ?的?(?:客户|单子?)?(?:除外|以外|之外|不算|去掉|排除|剔除|拿掉|刨掉|不要)/;
const adds = /(?:再?加上|再?加一?个|再加|也?加|还有|外加|连同|并上|也看看?|加进|带上) ?(?:[A-Z][和、跟与 ]?)*$/;
const teamAfter =
  /^ ?(?:[那这]?个?组|[那这]?个?团队|那?个?团队|那边|手下|他们组|他组|她组|的人|带的|的组|的团队|下面|手底下|部门|的部门|的小组|小组|一组的)/;

/** 大于100万 小于500万: two limits that make a range, whichever is said first; null where they do not. */
function bothLimits(one: NumberTest, other: NumberTest): NumberTest | null {
  if (!('value' in one) || !('value' in other)) return null;
  const [low, high] = one.op.startsWith('>') ? [one, other] : [other, one];
  if (!low.op.startsWith('>') || !high.op.startsWith('<')) return null;
  return { op: 'between', from: low.value, to: high.value };
}

/** 陈总让看下: whoever sends the asker is no filter. */
export const isBystander = (mark: Mark, after: string): boolean =>
  mark.letter === 'O' && /^ ?(?:让|要看|叫我|催|问我|想看|急着要|等着要)/.test(after);

const teamOfMine = /(?:我|咱|俺)们?的?(?:这?个?组|团队|部门|小组|手下|下属|的人|下面的人|手底下)|本组|本团队|我带的/;

const namesByLength = metricWords
  .flatMap((metric) => [metric.name, ...metric.aliases].map((word) => ({ word: word.toLowerCase(), id: metric.id })))
  .sort((a, b) => b.word.length - a.word.length);

/** The metrics that are named, in the order in which they stand. */
export function metricsIn(text: string): string[] {
  let rest = text;
  const found: { at: number; id: string }[] = [];
  for (const { word, id } of namesByLength) {
    const at = rest.indexOf(word);
    if (at < 0) continue;
    if (/^[a-z]+$/.test(word) && /[a-z]/.test((rest[at - 1] ?? ' ') + (rest[at + word.length] ?? ' '))) continue;
    if (!found.some((one) => one.id === id)) found.push({ at, id });
    rest = rest.slice(0, at) + '\u0000'.repeat(word.length) + rest.slice(at + word.length);
  }
  return found.sort((a, b) => a.at - b.at).map((one) => one.id);
}

export function gatherFacts(
  scan: Scan,
  stageForms: readonly string[],
  stageOf: (form: string) => string | null,
  stageOrder: readonly string[],
): Facts {
  const { skeleton } = scan;
  const named: Record<string, string[]> = {};
  const excluded: Record<string, string[]> = {};
  const added: Record<string, string[]> = {};
  const doubts: Doubt[] = [];
  const put = (into: Record<string, string[]>, field: string, values: readonly string[]): void => {
    const before = into[field] ?? [];
    into[field] = [...before, ...values.filter((value) => !before.includes(value))];
  };
  const periods: PeriodMark[] = [];
  let [days, daysTyped, share, amount, top, topPercent, last, schedule]: [
    Threshold | null,
    number | null,
    Threshold | null,
    Facts['amount'],
    number | null,
    number | null,
    boolean,
    ScheduleMark | null,
  ] = [null, null, null, null, null, null, false, null];
  const ordinals: number[] = [];

  scan.markAt.forEach((mark: Mark | null, at) => {
    if (mark === null) return;
    if (isBystander(mark, skeleton.slice(at + 1))) return;
    const [before, after] = [skeleton.slice(0, at), skeleton.slice(at + 1)];
    // 除了华北其他区, 除了华北和华南: the word reaches over names that are joined.
    const target =
      excludes.test(before) || excludesAfter.test(after.replace(/^(?:[和、跟与 ]?[A-Z])+/, ''))
        ? excluded
        : adds.test(before)
          ? added
          : named;
    switch (mark.kind) {
      case 'entity': {
        const isTeam = mark.entity.field === 'owner' && teamAfter.test(after);
        put(target, isTeam ? 'team_of' : mark.entity.field, [mark.entity.value]);
        const rivals = mark.others.filter((other) => other.field === mark.entity.field);
        if (rivals.length > 0)
          doubts.push({
            typed: scan.text.slice(mark.start, mark.end),
            field: mark.entity.field,
            names: [mark.entity.value, ...rivals.map((one) => one.value)],
            start: mark.start,
          });
        break;
      }
      case 'nickname': {
        const { field, names, unsure } = mark.reading;
        if (names.length === 1 && unsure !== true)
          put(target, field === 'owner' && teamAfter.test(after) ? 'team_of' : field, names);
        else doubts.push({ typed: mark.text, field, names, start: mark.start });
        break;
      }
      case 'grade':
        put(target, 'grade', mark.grades);
        break;
      case 'period':
        periods.push(mark.period);
        break;
      case 'schedule':
        schedule ??= mark.schedule;
        break;
      case 'amount':
        switch (mark.amount.kind) {
          case 'days':
            days ??= { op: mark.amount.op ?? '>=', days: mark.amount.days };
            daysTyped ??= mark.amount.days;
            break;
          case 'share':
            share ??= mark.amount.threshold;
            break;
          case 'money':
            amount =
              amount === null
                ? { test: mark.amount.test, loose: mark.amount.loose }
                : { ...amount, test: bothLimits(amount.test, mark.amount.test) ?? amount.test };
            break;
          case 'top':
            if (mark.amount.percent) topPercent ??= mark.amount.top;
            else top ??= mark.amount.top;
            last ||= mark.amount.last;
            break;
          case 'ordinal':
            ordinals.push(mark.amount.id);
            break;
        }
        break;
    }
  });

  const marks = findDimensions(skeleton);
  const firm = marks.filter((mark) => !mark.loose);
  const bare = skeleton.replace(
    /(?:给|发|帮|告诉|提醒|通知|叫|推给?|让|转|教|喊|转给|吵|烦|打扰|催|问|@)我(?!们?(?:组|团队))/g,
    ' ',
  );
  const myTeam = teamOfMine.test(bare);
  const me =
    /我(?!们)(?!想|要看|要查|来看|看看|看一下|需要|就想|问|组|团队)|俺(?!们)|本人|自己的|自己(?=这|本|上|业绩)/.test(
      bare.replace(teamOfMine, ' '),
    );
  const allMetrics = metricsIn(skeleton);
  const { pair, short } = stagesIn(skeleton, scan, stageForms, stageOf);
  return {
    skeleton,
    named,
    excluded,
    added,
    doubts,
    periods,
    dimensions: [...new Set(firm.flatMap((mark) => mark.dimensions))],
    looseDimensions: [...new Set(marks.filter((mark) => mark.loose).flatMap((mark) => mark.dimensions))],
    grain: marks.find((mark) => mark.grain !== null && !mark.loose)?.grain ?? grainIn(skeleton),
    days,
    daysTyped,
    share,
    amount,
    top,
    topPercent,
    last,
    ordinals,
    schedule,
    metric: allMetrics[0] ?? null,
    metrics: allMetrics,
    me,
    myTeam,
    company: /全公司|整个公司|公司整体|公司全部|全集团|全国/.test(skeleton),
    chart: chartIn(skeleton),
    format: formatIn(skeleton),
    stagePair: pair,
    stagesTurned: pair !== null && stageOrder.indexOf(pair[0]) > stageOrder.indexOf(pair[1]),
    shortStages: short,
    dimensionMarks: marks,
  };
}

function grainIn(text: string): Slots['grain'] | null {
  if (/月度|逐月|每个?月|月走势|月趋势/.test(text)) return 'month';
  if (/周度|逐周|每个?周/.test(text)) return 'week';
  if (/逐日|每日|每天|日走势/.test(text)) return 'day';
  if (/季度走势|逐季|每个?季度?/.test(text)) return 'quarter';
  // The trend carries its moving average: of four weeks where no other step was said.
  return /(?:移动|滑动)平均/.test(text) ? 'week' : null;
}

function chartIn(text: string): Slots['chart'] | null {
  if (/漏斗图/.test(text)) return 'funnel';
  if (/热力图|热图|地图/.test(text)) return 'heatmap';
  if (/饼图|饼状图/.test(text)) return 'pie';
  if (/折线图?|曲线图?|线图|画.{0,2}线/.test(text)) return 'line';
  return /柱状图|柱图|条形图/.test(text) ? 'bar' : null;
}

function formatIn(text: string): Slots['format'] | null {
  if (/excel|xlsx?|csv/.test(text)) return 'xlsx';
  if (/pdf/.test(text)) return 'pdf';
  if (/表格/.test(text)) return 'table';
  return /图片/.test(text) ? 'image' : null;
}

/** Stages said in short (从诊断到演示); 成交 counts as a stage only as the second of a pair. */
function stagesIn(
  skeleton: string,
  scan: Scan,
  forms: readonly string[],
  stageOf: (form: string) => string | null,
): { pair: readonly [string, string] | null; short: readonly string[] } {
  const found: { at: number; end: number; name: string }[] = [];
  scan.markAt.forEach((mark, at) => {
    if (mark?.kind === 'entity' && mark.entity.field === 'stage')
      found.push({ at, end: at + 1, name: mark.entity.value });
  });
  for (const form of [...forms, '线索']) {
    for (let at = skeleton.indexOf(form); at >= 0; at = skeleton.indexOf(form, at + 1)) {
      if (found.some((one) => at < one.end && at + form.length > one.at)) continue;
      found.push({ at, end: at + form.length, name: form === '线索' ? '线索' : (stageOf(form) ?? form) });
    }
  }
  found.sort((a, b) => a.at - b.at);
  for (let at = 0; at + 1 < found.length; at++) {
    const between = skeleton.slice(found[at]!.end, found[at + 1]!.at);
    if (
      /^(?:完了?|做完|之?后).{0,6}(?:进入?|到|走到|转到)$|^ ?(?:阶段|环节)? ?(?:转到|走到|进到|推进到|转成|变成|到|至|→|->|>|转|变|-|~|进|)? ?$/.test(
        between,
      ) &&
      found[at]!.name !== found[at + 1]!.name
    ) {
      // 需求 诊断 is one stage said in two words, not a way from one to the next.
      return { pair: [found[at]!.name, found[at + 1]!.name], short: found.map((one) => one.name) };
    }
  }
  return { pair: null, short: found.map((one) => one.name) };
}
