import type { Mood } from './after-sale.ts';
import type { Customer, Generation } from './generation.ts';
import { Random } from './random.ts';

/** What the firm's learning platform says of a customer's staff, every two weeks. */
const components = ['完课率', '测验成绩', '互动'] as const;
/** Every two weeks, half a year back. */
const [scores, everyDays] = [13, 14];

/** Scores from 0 to 100, the latest of today; content customers learn more. */
export function addScores({ sink, time }: Generation, customer: Customer, mood: Mood): void {
  const held = customer.subscriptions.at(-1);
  if (held === undefined || held.endsOn < time.last) return;
  // Drawn apart, so that nothing else of the company moves.
  const random = new Random(`scores ${customer.id} ${customer.name}`);
  // One in five has not booked the training.
  if (random.chance(0.2)) return;
  const level = { content: 74, cooling: 55, red: 38 }[mood];
  for (let back = 0; back < scores; back += 1) {
    const at = time.last - back * everyDays;
    if (at < held.startsOn) break;
    for (const component of components) {
      const drift = component === '互动' ? -6 : 0;
      // Who cools has not always been so.
      const then = mood === 'content' ? level : level + Math.min(20, back * 2.5);
      const score = Math.round(Math.min(100, Math.max(0, then + drift + random.normal() * 9)) * 10) / 10;
      sink.add('cm_customer_scores', { customer_id: customer.id, component, day: time.day(at), score });
    }
  }
}
