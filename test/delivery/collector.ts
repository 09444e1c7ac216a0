import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What arrived at the collector, in order. */
export interface Arrival {
  readonly key: string;
  readonly target: string;
  readonly text: string;
  readonly marked: boolean;
  readonly from: string;
}

/** How the collector treats a request: before, after or instead of taking the message. */
export type Treatment = 'take' | 'refuse' | 'hang-before' | 'hang-after' | 'cut-after' | 'gone' | 'never';

export interface Collector {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  /** Decides for every request; `nth` counts the requests of that key from 1. */
  treat(decide: (arrival: Arrival, nth: number) => Treatment): void;
  /** Called whenever something arrived, before it is treated. */
  onRequest(listener: (arrival: Arrival) => void): void;
  requestsOf(key: string): number;
  close(): Promise<void>;
}

/** A chat server of the outside world over real HTTP. `safe` = it tells repeats of one key apart, as some platforms do. */
export async function startCollector(options: { readonly safe?: boolean } = {}): Promise<Collector> {
  const arrivals: Arrival[] = [];
  const requests = new Map<string, number>();
  const taken = new Set<string>();
  let decide: (arrival: Arrival, nth: number) => Treatment = () => 'take';
  let listener: (arrival: Arrival) => void = () => undefined;

  const server = createServer((request, response) => {
    void read(request).then((arrival) => {
      const nth = (requests.get(arrival.key) ?? 0) + 1;
      requests.set(arrival.key, nth);
      listener(arrival);
      const take = (): void => {
        if (options.safe === true && taken.has(arrival.key)) return;
        taken.add(arrival.key);
        arrivals.push(arrival);
      };
      const answer = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      const treatment = decide(arrival, nth);
      switch (treatment) {
        case 'take':
          take();
          return answer(200, { ok: true });
        case 'refuse':
          return answer(200, { later: true });
        case 'hang-before':
          return;
        case 'hang-after':
          take();
          return;
        case 'cut-after':
          take();
          request.socket.destroy();
          return;
        case 'gone':
          return answer(200, { gone: true });
        case 'never':
          return answer(200, { never: true });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrivals,
    treat: (next) => {
      decide = next;
    },
    onRequest: (next) => {
      listener = next;
    },
    requestsOf: (key) => requests.get(key) ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function read(request: IncomingMessage): Promise<Arrival> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Arrival;
}
