import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What `/metrics` tells. Labels are few and fixed: no user, chat or customer ever becomes one. */
export interface Instruments {
  readonly registry: Registry;
  readonly callbackSeconds: Histogram<'platform' | 'status'>;
  readonly received: Counter<'platform' | 'kind'>;
  readonly duplicates: Counter<'platform'>;
  readonly answers: Counter<'status' | 'intent'>;
  readonly answerSeconds: Histogram<'status'>;
  readonly sends: Counter<'platform' | 'outcome'>;
  readonly working: Gauge;
  /** Scheduled messages by what became of them: sent, failed, missed, void. */
  readonly slots: Counter<'job' | 'outcome'>;
  /** How long after its time a scheduled message was in the outbox. */
  readonly slotLateSeconds: Histogram<'job'>;
}

export function createInstruments(): Instruments {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    callbackSeconds: new Histogram({
      name: 'chenbao_callback_seconds',
      help: 'Time until a callback was acknowledged',
      labelNames: ['platform', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5],
      registers,
    }),
    received: new Counter({
      name: 'chenbao_received_total',
      help: 'Callbacks by what they turned out to be',
      labelNames: ['platform', 'kind'],
      registers,
    }),
    duplicates: new Counter({
      name: 'chenbao_duplicates_total',
      help: 'Messages that a platform delivered again',
      labelNames: ['platform'],
      registers,
    }),
    answers: new Counter({
      name: 'chenbao_answers_total',
      help: 'Answers by status and intent',
      labelNames: ['status', 'intent'],
      registers,
    }),
    answerSeconds: new Histogram({
      name: 'chenbao_answer_seconds',
      help: 'Time from taking up a question to its answer being enqueued',
      labelNames: ['status'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
      registers,
    }),
    sends: new Counter({
      name: 'chenbao_sends_total',
      help: 'Attempts to send by outcome',
      labelNames: ['platform', 'outcome'],
      registers,
    }),
    slots: new Counter({
      name: 'chenbao_slots_total',
      help: 'Scheduled messages by what became of them',
      labelNames: ['job', 'outcome'],
      registers,
    }),
    slotLateSeconds: new Histogram({
      name: 'chenbao_slot_late_seconds',
      help: 'Time from the planned moment of a scheduled message to its being enqueued',
      labelNames: ['job'],
      buckets: [1, 2, 5, 10, 30, 60, 180, 600, 1800, 7200],
      registers,
    }),
    working: new Gauge({ name: 'chenbao_questions_working', help: 'Questions being answered now', registers }),
  };
}
