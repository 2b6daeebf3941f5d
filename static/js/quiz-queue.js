// Answers that the server has not acknowledged. They survive a reload or a crash.
//
// Each answer has a place of its own in the browser's storage, named by the attempt and the number
// of the question: two windows of one attempt do not overwrite each other's, and what another
// person or another attempt left on this device is never looked at.

const PREFIX = "dtt-quiz";

export class Queue {
  constructor(attempt) {
    this.prefix = `${PREFIX}:${attempt}:`;
    this.waiting = new Map(this.#read());
  }

  put(position, change) {
    this.waiting.set(position, change);
    const kept = this.#stored(position);
    if (!kept || kept.sequence < change.sequence) this.#write(position, change);
  }

  /** Forget a change, unless a newer one of the same answer has come since. */
  done(position, sequence) {
    if (this.waiting.get(position)?.sequence <= sequence) this.waiting.delete(position);
    if (this.#stored(position)?.sequence <= sequence) this.#write(position, null);
  }

  /** A change that the server refuses is not sent again by itself, but not forgotten either. */
  hold(position, sequence) {
    if (this.waiting.get(position)?.sequence === sequence) this.waiting.delete(position);
  }

  /** As the server takes them. */
  get answers() {
    return [...this.waiting].map(([position, change]) => ({ position, ...change }));
  }

  static forget(attempt) {
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(`${PREFIX}:${attempt}:`)) localStorage.removeItem(key);
      }
    } catch {
      // A browser that keeps nothing has nothing to forget.
    }
  }

  #read() {
    const found = [];
    try {
      for (const key of Object.keys(localStorage)) {
        if (!key.startsWith(this.prefix)) continue;
        const position = Number(key.slice(this.prefix.length));
        const change = this.#stored(position);
        if (change) found.push([position, change]);
      }
    } catch {
      // Storage is forbidden: nothing was kept.
    }
    return found;
  }

  #stored(position) {
    try {
      const change = JSON.parse(localStorage.getItem(this.prefix + position) ?? "null");
      return Number.isSafeInteger(change?.sequence) && "answer" in change ? change : null;
    } catch {
      return null;
    }
  }

  #write(position, change) {
    try {
      if (change) localStorage.setItem(this.prefix + position, JSON.stringify(change));
      else localStorage.removeItem(this.prefix + position);
    } catch {
      // Storage is full or forbidden: the answers stay in this page until they are sent.
    }
  }
}
