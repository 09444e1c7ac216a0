import { formatCount, formatRate } from '../figures/format.ts';
import { differs, ratioOf } from '../figures/rate.ts';
import { leadConversion, newLeads } from '../metrics/marketing.ts';
import { wonCount } from '../metrics/sales.ts';
import { rateOf } from './figure-of.ts';
import { partSums } from './sales-cuts.ts';
import type { SalesNumbers } from './sales-overview.ts';

/**
 * Orders up while leads convert worse (S15): more leads of lower quality, with the channel that brought them. Both
 * conversions are counted by the end of their own period, so that a running one is not held against a finished one.
 */
export function contradictionWords({ contracts, leads, compared }: SalesNumbers): string | null {
  const [deals, dealsBefore] = [contracts.total(wonCount).value ?? 0, contracts.total(wonCount, 1).value ?? 0];
  const [now, before] = [rateOf(leads.total(leadConversion)), rateOf(leads.total(leadConversion, 1))];
  const [rNow, rBefore] = [ratioOf(now), ratioOf(before)];
  if (deals <= dealsBefore || rNow === null || rBefore === null || rNow >= rBefore || !differs(now, before))
    return null;
  const head = `要留意:单数多了,线索转化率却从 ${formatRate(before)} 降到 ${formatRate(now)}`;
  const grown = partSums(leads, newLeads, 1)
    .map((part) => ({ ...part, change: part.now - part.before }))
    .sort((a, b) => b.change - a.change)[0];
  const more = now.denominator - before.denominator;
  if (more <= 0 || grown === undefined || grown.change <= 0) return `${head},线索并没有变多,是跟进或线索质量的问题。`;
  const at = (period: number) => leads.of(leadConversion, 1, period).find((cell) => cell.parts[0]?.name === grown.name);
  const own = at(0);
  const share = Math.round((grown.change / more) * 100);
  const source = share <= 100 ? `,占多出来线索的 ${share} %` : '';
  return `${head}。线索比${compared.words}多 ${formatCount(more)} 条,其中${grown.name}多 ${formatCount(grown.change)} 条${source},它的转化率${own === undefined ? '还看不出' : `是 ${formatRate(rateOf(own))}`}:量上去了,质量没跟上。`;
}
