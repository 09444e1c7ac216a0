/**
 * Who may use one of a few places, strictly in the order of asking. (Piscina's own queue serves tasks that can be
 * aborted last in, first out, so that the one who asked first would wait longest.)
 */
export class Turns {
  readonly #waitingLimit: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(places: number, waitingLimit: number) {
    this.#free = places;
    this.#waitingLimit = waitingLimit;
  }

  /** Nothing is free and as many wait as may. */
  get isFull(): boolean {
    return this.#free === 0 && this.#waiting.length >= this.#waitingLimit;
  }

  /** Resolves when a place is free for the caller, who must `leave` it; rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(go);
    });
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
