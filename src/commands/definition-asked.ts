import { metricByWords } from '../metrics/catalogue.ts';
import { metricWords } from '../metrics/vocabulary.ts';

const asked = /^(?:指标|统计|计算)?口径 ?(?:是)? ?(.{2,40})$|^(.{2,40}?) ?的?(?:指标|统计|计算)?口径(?:是什么|是啥)?$/;

/** Words by which a report is asked too: the sentence around them tells what is meant. */
const inVocabulary: ReadonlySet<string> = new Set(metricWords.flatMap(({ name, aliases }) => [name, ...aliases]));

/**
 * 口径 and nothing but a name of the dictionary, or what a report prints for it: taken as it stands, before a period (本月预计成交)
 * or another report's word (距上次跟进) is read out of the name. `stages` are the company's, which reports name in their
 * figures. null where the rest is no such name.
 */
export function definitionAsked(plain: string, stages: readonly string[]): string | null {
  const match = asked.exec(plain);
  const words = (match?.[1] ?? match?.[2])?.trim();
  if (words === undefined || inVocabulary.has(words)) return null;
  const anyStage = [...stages]
    .sort((a, b) => b.length - a.length)
    .reduce((text, stage) => text.replaceAll(stage.toLowerCase(), '某阶段'), words);
  const anyGrade = anyStage.replace(/^[a-z] ?级/, '某级');
  return (metricByWords(words) ?? metricByWords(anyStage) ?? metricByWords(anyGrade))?.id ?? null;
}
